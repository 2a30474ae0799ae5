// Keeps count of a search: what its trials spent, which are the best, and whether it ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/best_tracker.h"
#include "core/search/budget.h"
#include "core/search/evaluator.h"
#include "core/search/pareto.h"
#include "core/search/reward.h"
#include "core/search/trial.h"

namespace lode::core {

class Tally {
 public:
  // How a search ends, and why.
  struct End {
    Ending ending = Ending::kBudget;
    std::string reason{};
  };

  // The references outlive *this.
  Tally(const Pipeline& pipeline, const Reward& reward, const Goals& goals,
        const std::vector<MetricDeclaration>& metrics);

  // The first trials are replayed. Failures among them did not end the run when they were new,
  // except perhaps the last one.
  void ExpectReplayed(std::uint64_t trials) { replayed_ = trials; }

  // Counts an evaluation that was taken. Throws HostError if it costs nothing and would make the
  // search endless.
  void CountQuery(double fidelity, const Evaluator::Result& result);
  void CountRejection() { ++rejections_; }
  void CountCost(double seconds) { spent_.cost_seconds += seconds; }
  // Counts the queries of steps that were dropped: these are the totals with them.
  void CountDropped(std::uint64_t unique_queries, double full_evaluations);
  // Counts a finished trial, after its evaluation.
  void Add(const TrialRecord& trial);

  const Spending& spent() const { return spent_; }
  const Budget& budget() const { return budget_; }
  const BestTracker& best() const { return best_; }

  // Returns why the search ends before its budget is spent, if it does.
  std::optional<End> Early() const;
  // The same, for a search that has spent its budget.
  std::optional<End> Late() const;

  // Returns a result with what was counted and found, and nothing else.
  RunResult Result() const;

 private:
  bool AddToBest(const TrialRecord& trial);
  std::optional<double> Hypervolume() const;

  const Goals& goals_;
  BestTracker best_;
  FrontTracker front_;
  const Budget budget_;
  Patience patience_;
  FailureWatch failures_;

  Spending spent_;
  std::uint64_t replayed_ = 0;
  std::uint64_t queries_at_last_trial_ = 0;
  std::uint64_t rejections_ = 0;
};

}  // namespace lode::core
