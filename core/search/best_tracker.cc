#include "core/search/best_tracker.h"

#include <utility>

namespace lode::core {

BestTrial Summarize(const TrialRecord& trial) {
  return {.architecture = std::string(trial.architecture),
          .step = trial.step,
          .reward = trial.reward,
          .metrics = {trial.metrics.begin(), trial.metrics.end()},
          .fidelity = trial.fidelity,
          .known = IsOfKnownTrial(trial.evaluation)};
}

bool ExactBest::IsBetter(const TrialRecord& trial) const {
  return !best_ || trial.fidelity > best_->fidelity ||
         (trial.fidelity == best_->fidelity &&
          (rule_ == ResultRule::kLast || trial.reward > best_->reward));
}

bool ExactBest::IsTied(const TrialRecord& trial) const {
  return trial.fidelity == best_->fidelity && trial.reward == best_->reward &&
         trial.architecture != best_->architecture;
}

bool ExactBest::Add(const TrialRecord& trial) {
  if (!trial.feasible()) { return false; }
  if (IsBetter(trial)) {
    best_ = Summarize(trial);
    tied_.clear();
    return true;
  }
  if (IsTied(trial) && tied_.size() < kMaxTies) {
    tied_.emplace(trial.architecture);
    best_->ties = tied_.size();
  }
  return false;
}

void NoisyBests::Add(const TrialRecord& trial) {
  const auto [at, is_new] =
      by_fidelity_.try_emplace(trial.fidelity, reward_.limits(), reward_.metric());
  at->second.Add(trial.architecture, trial.step, trial.reward, trial.metrics);
}

std::optional<BestTrial> NoisyBests::Best() const {
  for (const auto& [fidelity, noisy] : by_fidelity_) {
    if (std::optional<BestTrial> best = noisy.Best()) {
      best->fidelity = fidelity;
      return best;
    }
  }
  return std::nullopt;
}

const NoisyBest* NoisyBests::Compared() const {
  const std::optional<BestTrial> best = Best();
  return best ? &by_fidelity_.at(best->fidelity) : nullptr;
}

BestTracker::BestTracker(std::vector<std::uint64_t> marks, bool watches_leaders,
                         const Reward& reward, bool is_noisy)
    : marks_(std::move(marks)),
      watches_leaders_(watches_leaders),
      is_noisy_(is_noisy),
      exact_(reward.result()) {
  if (is_noisy && reward.result() == ResultRule::kBest) { noisy_.emplace(reward); }
}

bool BestTracker::Add(const TrialRecord& trial) {
  if (!noisy_) { return exact_.Add(trial); }
  if (!trial.failure.empty()) { return false; }
  noisy_->Add(trial);
  return watches_leaders_ && HasNewLeader();
}

// Returns whether the best has not been the best before: two that alternate are not progress.
bool BestTracker::HasNewLeader() {
  const std::optional<BestTrial> best = noisy_->Best();
  return best && leaders_.insert(best->architecture).second;
}

void BestTracker::PassMarks(double spent) {
  while (passed_.size() < marks_.size() && spent >= static_cast<double>(marks_[passed_.size()])) {
    passed_.push_back({marks_[passed_.size()], best()});
  }
}

bool FrontTracker::Add(const TrialRecord& trial) {
  return goals_.size() > 1 && trial.feasible() &&
         front_.Add(trial.fidelity, goals_.ObjectivesOf(trial.metrics),
                    [&] { return Summarize(trial); });
}

}  // namespace lode::core
