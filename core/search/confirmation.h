// Measures the leading candidates of a search with noisy metrics again.
#pragma once

#include <atomic>
#include <deque>
#include <optional>

#include "core/config/pipeline.h"
#include "core/search/evaluator.h"
#include "core/search/noisy_best.h"
#include "core/search/reward.h"

namespace lode::core {

class Confirmation {
 public:
  // Up to `capacity` measurements are under way at once. All references outlive *this.
  Confirmation(const ConfirmConfig& config, std::size_t capacity, const lode::Space& space,
               Evaluator& evaluator, const Reward& reward, const std::atomic<bool>& cancelled);

  // Measures the candidates, at a fidelity, in the order of their first trials. Returns the best by
  // these measurements alone, because they did not decide which candidates are measured. Throws
  // CancelledError.
  std::optional<BestTrial> Run(const NoisyBest& searched, double fidelity);

  // The simulated cost of all measurements so far.
  double cost_seconds() const { return cost_seconds_; }

 private:
  void Begin(const BestTrial& candidate, double fidelity, std::uint64_t repeat);
  void FinishOldest(NoisyBest& confirmed);

  const ConfirmConfig config_;
  const std::size_t capacity_;
  const lode::Space& space_;
  Evaluator& evaluator_;
  const Reward& reward_;
  const std::atomic<bool>& cancelled_;
  std::deque<Evaluator::Ticket> under_way_;
  double cost_seconds_ = 0;
};

}  // namespace lode::core
