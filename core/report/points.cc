#include "core/report/points.h"

#include <algorithm>

#include "core/search/budget.h"
#include "core/search/metric_index.h"

namespace lode::core {
namespace {

using Bests = std::vector<std::optional<BestTrial>>;

Statistic BestStatistic(const Bests& bests, std::size_t metric) {
  std::vector<double> values;
  for (const auto& best : bests) {
    if (best) { values.push_back(best->metrics[metric]); }
  }
  return StatisticOf(values);
}

// An optimizer that chooses no fidelities asks for full evaluations only.
double FullEvaluationsOf(const RunResult& run) {
  return run.full_evaluations.value_or(static_cast<double>(run.unique_queries));
}

// Returns how much of the first limit a run has spent.
std::uint64_t SpentBy(const RunResult& run, const BudgetConfig& budget) {
  return budget.steps              ? run.steps
         : budget.unique_queries   ? run.unique_queries
         : budget.full_evaluations ? static_cast<std::uint64_t>(FullEvaluationsOf(run))
                                   : static_cast<std::uint64_t>(run.cost_seconds);
}

// Returns the best of each run that reached a mark, or without one the end of the budget.
Bests BestsAt(const SearchResult& result, std::optional<std::uint64_t> mark) {
  Bests bests;
  for (const RunResult& run : result.runs) {
    const auto at = mark ? std::ranges::find(run.marks, *mark, &MarkResult::mark) : run.marks.end();
    if (at != run.marks.end()) {
      bests.push_back(at->best);
    } else if (!mark && HasSpentBudget(run, result.search->pipeline)) {
      bests.push_back(run.best);
    }
  }
  return bests;
}

PublishedFigure Compared(const ReferenceConfig& reference, const Statistic& best) {
  PublishedFigure figure{reference, {}, {}};
  if (best.count > 0) {
    figure.difference = best.mean - reference.mean;
    if (reference.std > 0) { figure.deviations = *figure.difference / reference.std; }
  }
  return figure;
}

// Returns the figure that was published for a point of the reward's metric.
std::optional<PublishedFigure> PublishedFor(const SearchResult& result, const BudgetPoint& point) {
  const Pipeline& pipeline = result.search->pipeline;
  const std::uint64_t end = pipeline.budget.end();
  for (const ReferenceConfig& reference : pipeline.references) {
    if (IsOfReward(reference, pipeline) && AppliesTo(reference, {result.search}) &&
        reference.mark.value_or(end) == point.mark.value_or(end)) {
      return Compared(reference, point.best);
    }
  }
  return std::nullopt;
}

}  // namespace

bool IsOfReward(const ReferenceConfig& reference, const Pipeline& pipeline) {
  return reference.metric.empty() || reference.metric == pipeline.reward.metric;
}

bool AppliesTo(const ReferenceConfig& reference, std::initializer_list<const Search*> searches) {
  return std::ranges::all_of(reference.where, [&](const auto& condition) {
    return std::ranges::any_of(searches, [&](const Search* search) {
      return std::ranges::find(search->point, condition) != search->point.end();
    });
  });
}

bool HasSpentEvaluations(const RunResult& run, const Pipeline& pipeline) {
  const auto evaluations = pipeline.search_evaluations();
  return evaluations && run.evaluations > 0 && run.evaluations >= *evaluations;
}

bool HasSpentBudget(const RunResult& run, const Pipeline& pipeline) {
  const BudgetConfig& budget = pipeline.budget;
  return HasSpentEvaluations(run, pipeline) || (budget.steps && run.steps >= *budget.steps) ||
         (budget.unique_queries && run.unique_queries >= *budget.unique_queries) ||
         (budget.full_evaluations &&
          HasReached(FullEvaluationsOf(run), static_cast<double>(*budget.full_evaluations))) ||
         (budget.simulated_seconds &&
          run.cost_seconds >= static_cast<double>(*budget.simulated_seconds));
}

std::optional<double> OptimumOf(const SearchResult& result) {
  const RewardConfig& reward = result.search->pipeline.reward;
  const std::size_t metric = RewardMetricIndex(result);
  const bool decides = reward.limits.empty() && reward.add.empty() && reward.goals.size() < 2;
  return decides && metric < result.metrics.size() ? result.metrics[metric].optimum : std::nullopt;
}

BudgetPoint PointOf(const SearchResult& result, std::optional<std::uint64_t> mark) {
  const Bests bests = BestsAt(result, mark);
  const std::size_t metric = RewardMetricIndex(result);
  BudgetPoint point{mark, metric, bests.size(), BestStatistic(bests, metric), {}};
  point.published = PublishedFor(result, point);
  return point;
}

std::vector<BudgetPoint> ReachedPoints(const SearchResult& result) {
  const BudgetConfig& budget = result.search->pipeline.budget;
  std::vector<std::optional<std::uint64_t>> marks(budget.marks.begin(), budget.marks.end());
  if (marks.empty() || marks.back() != budget.end()) { marks.push_back(std::nullopt); }
  std::vector<BudgetPoint> points;
  for (const auto& mark : marks) {
    if (BudgetPoint point = PointOf(result, mark); point.reached > 0) {
      points.push_back(std::move(point));
    }
  }
  return points;
}

std::vector<BudgetPoint> OtherPublishedPoints(const SearchResult& result) {
  const Pipeline& pipeline = result.search->pipeline;
  std::vector<BudgetPoint> points;
  for (const ReferenceConfig& reference : pipeline.references) {
    const std::size_t metric = MetricIndex(result.metrics, reference.metric);
    if (IsOfReward(reference, pipeline) || !AppliesTo(reference, {result.search}) ||
        metric == result.metrics.size()) {
      continue;
    }
    if (const Bests bests = BestsAt(result, reference.mark); !bests.empty()) {
      const Statistic best = BestStatistic(bests, metric);
      points.push_back({reference.mark, metric, bests.size(), best, Compared(reference, best)});
    }
  }
  return points;
}

EarlyRuns RunsThatEndedEarly(const SearchResult& result) {
  const Pipeline& pipeline = result.search->pipeline;
  std::vector<std::uint64_t> spent;
  Bests bests;
  for (const RunResult& run : result.runs) {
    if (!HasSpentBudget(run, pipeline)) {
      spent.push_back(SpentBy(run, pipeline.budget));
      bests.push_back(run.best);
    }
  }
  if (spent.empty()) { return {}; }
  const auto [least, most] = std::ranges::minmax(spent);
  return {spent.size(), least, most,
          least == most ? BestStatistic(bests, RewardMetricIndex(result)) : StatisticOf({})};
}

}  // namespace lode::core
