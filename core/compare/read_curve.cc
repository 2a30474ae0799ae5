#include "core/compare/read_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/report/points.h"
#include "core/search/best_tracker.h"
#include "core/search/budget.h"
#include "core/search/reward.h"
#include "core/store/run_directory.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

// Returns the end of a pipeline's budget if it counts the same.
double EndOn(Axis axis, const BudgetConfig& budget) {
  return AxisOf(budget) == axis ? static_cast<double>(budget.end())
                                : std::numeric_limits<double>::infinity();
}

// Follows a run's trials.
class CurveReader {
 public:
  // `run` and `pipeline` outlive *this.
  CurveReader(const RunResult& run, const Pipeline& pipeline,
              const std::vector<MetricDeclaration>& metrics, std::size_t metric, Axis axis)
      : run_(run),
        pipeline_(pipeline),
        metric_(metric),
        axis_(axis),
        end_(EndOn(axis, pipeline.budget)),
        reward_(pipeline.reward, metrics),
        best_({}, false, reward_, run.evaluations > 0) {}

  void Add(const TrialRecord& trial, const TrialCost& cost) {
    const double before = curve_.spent;
    curve_.spent += CostOf(cost);
    if (curve_.spent > before && !HasReached(before, end_)) { before_end_ = before; }
    // With noisy metrics, any trial may change the best.
    if (best_.Add(trial) || best_.is_noisy()) { Take(best_.best(), before); }
  }

  // The last step may have spent something without a trial. With noisy metrics, the budget also
  // ends with the evaluations.
  Curve Finish() {
    curve_.spent = std::max(curve_.spent, TotalOf(run_));
    if (std::isfinite(end_) && HasSpentEvaluations(run_, pipeline_)) {
      curve_.spent = std::max(curve_.spent, end_);
    }
    curve_.exhausted = run_.ending == Ending::kStalled;
    TakeFinal();
    return std::move(curve_);
  }

  std::uint64_t unique_queries() const { return unique_queries_; }

 private:
  double CostOf(const TrialCost& cost) {
    unique_queries_ += cost.unique_queries;
    switch (axis_) {
      case Axis::kSteps:
        return 1;
      case Axis::kUniqueQueries:
        return static_cast<double>(cost.unique_queries);
      case Axis::kFullEvaluations:
        return cost.full_evaluations;
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

  // `before`: spent before the best was found.
  void Take(const std::optional<BestTrial>& best, double before) {
    if (!best || best->fidelity < 1) { return; }
    const double value = best->metrics[metric_];
    std::vector<Improvement>& all = curve_.improvements;
    if (!std::isnan(value) && (all.empty() || all.back().value != value)) {
      all.push_back({before, curve_.spent, value});
    }
  }

  // Takes the best at the end. Trials that cost nothing or were under way when the budget was
  // spent may have changed it, and so may measurements that confirm it.
  void TakeFinal() {
    std::erase_if(curve_.improvements,
                  [&](const Improvement& one) { return one.before > before_end_; });
    Take(run_.best, before_end_);
  }

  const RunResult& run_;
  const Pipeline& pipeline_;
  const std::size_t metric_;
  const Axis axis_;
  const double end_;
  const Reward reward_;
  BestTracker best_;
  Curve curve_;
  double before_end_ = 0;  // spent before the last trial that the budget had something left for
  std::uint64_t unique_queries_ = 0;
};

}  // namespace

Axis AxisOf(const BudgetConfig& budget) {
  return budget.steps              ? Axis::kSteps
         : budget.unique_queries   ? Axis::kUniqueQueries
         : budget.full_evaluations ? Axis::kFullEvaluations
                                   : Axis::kSimulatedSeconds;
}

Curve ReadCurve(const std::filesystem::path& directory, const RunResult& run,
                const Pipeline& pipeline, std::size_t metric, Axis axis) {
  StoredRun stored(directory);
  CurveReader reader(run, pipeline, stored.metrics(), metric, axis);
  stored.ForEachTold(
      [&](const TrialRecord& trial, const TrialCost& cost) { reader.Add(trial, cost); });
  if (axis == Axis::kUniqueQueries && reader.unique_queries() > run.unique_queries) {
    throw HostError(stored.file().string() + ": its trials made " +
                    std::to_string(reader.unique_queries()) + " unique queries, but " +
                    kResultFile + " has " + std::to_string(run.unique_queries) +
                    ", so they cannot be compared by unique queries");
  }
  return reader.Finish();
}

}  // namespace lode::core
