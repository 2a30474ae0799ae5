// Keeps the best trial of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/search/noisy_best.h"
#include "core/search/pareto.h"
#include "core/search/reward.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns what a report needs of a trial that did not fail.
BestTrial Summarize(const TrialRecord& trial);

// The best of deterministic trials, or the last trial: of those at the highest fidelity that has
// one within the limits.
class ExactBest {
 public:
  explicit ExactBest(ResultRule rule = ResultRule::kBest) : rule_(rule) {}

  // Returns whether the trial is better than all before it, or takes the place of the last.
  bool Add(const TrialRecord& trial);
  const std::optional<BestTrial>& best() const { return best_; }

 private:
  bool IsBetter(const TrialRecord& trial) const;
  bool IsTied(const TrialRecord& trial) const;

  const ResultRule rule_;
  std::optional<BestTrial> best_;
  std::unordered_set<std::string> tied_;  // architectures
};

// The best of noisy trials, likewise.
class NoisyBests {
 public:
  // `reward` outlives *this.
  explicit NoisyBests(const Reward& reward) : reward_(reward) {}

  void Add(const TrialRecord& trial);
  std::optional<BestTrial> Best() const;

  // The trials at the best one's fidelity; null if there is no best.
  const NoisyBest* Compared() const;

 private:
  const Reward& reward_;
  std::map<double, NoisyBest, std::greater<>> by_fidelity_;
};

// The best trial, and the one that was best when the budget passed each mark. "Best" stands for the
// last trial if that is the result of a run ([reward] result).
class BestTracker {
 public:
  // `is_noisy`: some metric is. `reward` outlives *this.
  BestTracker(std::vector<std::uint64_t> marks, bool watches_leaders, const Reward& reward,
              bool is_noisy);

  // Returns whether the best has improved or is another trial. With noisy metrics, finds out only
  // if it watches leaders.
  bool Add(const TrialRecord& trial);

  // Keeps the best for each mark that the budget has passed now. `spent` is in the marks' unit.
  void PassMarks(double spent);

  std::optional<BestTrial> best() const { return noisy_ ? noisy_->Best() : exact_.best(); }
  const std::vector<MarkResult>& marks() const { return passed_; }

  bool is_noisy() const { return is_noisy_; }
  // With noisy metrics: the trials that were compared with the best; null if none were.
  const NoisyBest* Compared() const { return noisy_ ? noisy_->Compared() : nullptr; }

 private:
  bool HasNewLeader();

  const std::vector<std::uint64_t> marks_;
  const bool watches_leaders_, is_noisy_;
  ExactBest exact_;
  std::optional<NoisyBests> noisy_;          // compares architectures with noisy metrics
  std::unordered_set<std::string> leaders_;  // architectures
  std::vector<MarkResult> passed_;
};

// The trials that no other dominates, of those at the highest fidelity.
class FrontOfHighestFidelity {
 public:
  // Returns whether the trial is on the front now; only then calls `make` for it.
  template <class Make>
  bool Add(double fidelity, const Objectives& objectives, Make&& make) {
    if (fidelity < fidelity_) { return false; }
    if (fidelity > fidelity_) {
      fidelity_ = fidelity;
      front_ = {};
    }
    return front_.Add(objectives, std::forward<Make>(make));
  }

  // Returns them, the best in the first objective first.
  std::vector<FrontTrial> Trials() const { return front_.Sorted(); }

 private:
  double fidelity_ = 0;  // of the front
  ParetoFront<FrontTrial> front_;
};

// The front of a run's trials within the limits, if there are several goals.
class FrontTracker {
 public:
  // `goals` outlive *this.
  explicit FrontTracker(const Goals& goals) : goals_(goals) {}

  // Returns whether the trial is on the front now.
  bool Add(const TrialRecord& trial);
  std::vector<FrontTrial> Trials() const { return front_.Trials(); }

 private:
  const Goals& goals_;
  FrontOfHighestFidelity front_;
};

}  // namespace lode::core
