#include "core/search/confirmation.h"

#include <algorithm>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {

Confirmation::Confirmation(const ConfirmConfig& config, std::size_t capacity,
                           const lode::Space& space, Evaluator& evaluator, const Reward& reward,
                           const std::atomic<bool>& cancelled)
    : config_(config),
      capacity_(capacity),
      space_(space),
      evaluator_(evaluator),
      reward_(reward),
      cancelled_(cancelled) {}

std::optional<BestTrial> Confirmation::Run(const NoisyBest& searched, double fidelity) {
  std::vector<BestTrial> candidates = searched.Leading(config_.candidates);
  std::ranges::sort(candidates, {}, &BestTrial::step);
  NoisyBest confirmed(reward_.limits(), reward_.metric());
  confirmed.AssumeScatter(searched);
  for (const BestTrial& candidate : candidates) {
    for (std::uint64_t repeat = 1; repeat <= config_.repeats; ++repeat) {
      if (cancelled_.load(std::memory_order_relaxed)) { throw CancelledError(); }
      if (under_way_.size() == capacity_) { FinishOldest(confirmed); }
      Begin(candidate, fidelity, repeat);
    }
  }
  while (!under_way_.empty()) { FinishOldest(confirmed); }
  std::optional<BestTrial> best = confirmed.Best();
  if (best) { best->fidelity = fidelity; }
  return best;
}

void Confirmation::Begin(const BestTrial& candidate, double fidelity, std::uint64_t repeat) {
  under_way_.push_back(evaluator_.BeginRepeat({.step = candidate.step,
                                               .architecture = space_.Parse(candidate.architecture),
                                               .text = candidate.architecture,
                                               .fidelity = fidelity},
                                              repeat));
}

// Ignores a repeat that fails or breaks a limit.
void Confirmation::FinishOldest(NoisyBest& confirmed) {
  Evaluator::Ticket& ticket = under_way_.front();
  const Evaluator::Result result = evaluator_.Finish(ticket);
  cost_seconds_ += result.cost_seconds;
  if (!result.rejected && result.failure.empty()) {
    confirmed.Add(ticket.proposed.text, ticket.proposed.step, reward_(result.metrics),
                  result.metrics);
  }
  under_way_.pop_front();
}

}  // namespace lode::core
