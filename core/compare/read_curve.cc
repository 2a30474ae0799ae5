#include "core/compare/read_curve.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/search/best_tracker.h"
#include "core/search/reward.h"
#include "core/store/run_directory.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

// Follows a run's trials.
class CurveReader {
 public:
  CurveReader(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics,
              std::size_t metric, Axis axis)
      : metric_(metric),
        axis_(axis),
        reward_(config, metrics),
        best_({}, false, reward_, metrics) {}

  void Add(const TrialRecord& trial, const TrialCost& cost) {
    before_ = curve_.spent;
    curve_.spent += CostOf(trial, cost);
    // With noisy metrics, any trial may change the best.
    if (best_.Add(trial) || best_.is_noisy()) { Take(best_.best()); }
  }

  // Takes the best at the end, which further measurements may have decided. The last step may have
  // spent something without a trial.
  Curve Finish(const RunResult& run) {
    curve_.spent = std::max(curve_.spent, TotalOf(run));
    if (run.confirmations > 0) { Take(run.best); }
    curve_.exhausted = run.ending == Ending::kStalled;
    return std::move(curve_);
  }

  std::uint64_t unique_queries() const { return unique_queries_; }

 private:
  // Returns whether the trial's query is new, as the budget counts it. A failed one is asked again,
  // and so is one with noisy metrics.
  bool IsNewQuery(const TrialRecord& trial) {
    return asked_.emplace(trial.architecture, trial.fidelity).second && !trial.reused;
  }

  double CostOf(const TrialRecord& trial, const TrialCost& cost) {
    const bool is_new = IsNewQuery(trial);
    unique_queries_ += cost.rejections + (is_new ? 1 : 0);
    switch (axis_) {
      case Axis::kSteps:
        return 1;
      case Axis::kUniqueQueries:
        return static_cast<double>(cost.rejections) + (is_new ? 1 : 0);
      case Axis::kFullEvaluations:
        return cost.rejected_evaluations + (is_new ? trial.fidelity : 0);
      default:
        return cost.seconds;
    }
  }

  double TotalOf(const RunResult& run) const {
    const auto queries = static_cast<double>(run.unique_queries);
    switch (axis_) {
      case Axis::kSteps:
        return static_cast<double>(run.steps);
      case Axis::kUniqueQueries:
        return queries;
      case Axis::kFullEvaluations:
        return run.full_evaluations.value_or(queries);
      default:
        return run.cost_seconds;
    }
  }

  void Take(const std::optional<BestTrial>& best) {
    if (!best || best->fidelity < 1) { return; }
    const double value = best->metrics[metric_];
    std::vector<Improvement>& all = curve_.improvements;
    if (!std::isnan(value) && (all.empty() || all.back().value != value)) {
      all.push_back({before_, curve_.spent, value});
    }
  }

  const std::size_t metric_;
  const Axis axis_;
  const Reward reward_;
  BestTracker best_;
  Curve curve_;
  double before_ = 0;  // spent before the last trial
  std::set<std::pair<std::string, double>> asked_;
  std::uint64_t unique_queries_ = 0;
};

}  // namespace

Curve ReadCurve(const std::filesystem::path& directory, const RunResult& run,
                const RewardConfig& reward, std::size_t metric, Axis axis) {
  StoredRun stored(directory);
  CurveReader reader(reward, stored.metrics(), metric, axis);
  stored.ForEachTold(
      [&](const TrialRecord& trial, const TrialCost& cost) { reader.Add(trial, cost); });
  if (axis == Axis::kUniqueQueries && reader.unique_queries() > run.unique_queries) {
    throw HostError(stored.file().string() + ": its trials made " +
                    std::to_string(reader.unique_queries()) + " unique queries, but " +
                    kResultFile + " has " + std::to_string(run.unique_queries) +
                    ", so they cannot be compared by unique queries");
  }
  return reader.Finish(run);
}

}  // namespace lode::core
