#include "core/report/points.h"

#include <algorithm>

namespace lode::core {
namespace {

// Returns what a limit on unique queries counts.
std::string QueryUnit(const SearchResult& result) {
  return std::ranges::any_of(result.runs, &RunResult::computed) ? "distinct architectures"
                                                                : "unique queries";
}

Statistic StatisticOf(const SearchResult& result,
                      const std::vector<std::optional<BestTrial>>& bests) {
  const std::size_t metric = RewardMetricIndex(result);
  std::vector<double> values;
  for (const auto& best : bests) {
    if (best) {
      values.push_back(best->metrics[metric]);
    }
  }
  return Describe(values);
}

bool HasReached(const RunResult& run, const Pipeline& pipeline, std::optional<std::uint64_t> mark) {
  return mark ? std::ranges::find(run.marks, *mark, &MarkResult::mark) != run.marks.end()
              : HasSpentBudget(run, pipeline);
}

std::string PointName(const SearchResult& result, std::optional<std::uint64_t> mark) {
  return mark ? std::to_string(*mark) + " " + BudgetUnit(result) : DescribeBudget(result);
}

}  // namespace

std::string BudgetUnit(const SearchResult& result) {
  const BudgetConfig& budget = result.search->pipeline.budget;
  return budget.steps ? "steps" : budget.unique_queries ? QueryUnit(result) : "simulated s";
}

std::string DescribeBudget(const SearchResult& result) {
  const BudgetConfig& budget = result.search->pipeline.budget;
  std::string text;
  const auto add = [&](const std::optional<std::uint64_t>& limit, const std::string& unit) {
    if (limit) {
      text += (text.empty() ? "" : " or ") + std::to_string(*limit) + " " + unit;
    }
  };
  add(budget.steps, "steps");
  add(budget.unique_queries, QueryUnit(result));
  add(budget.simulated_seconds, "simulated s");
  if (std::ranges::any_of(result.runs, [](const RunResult& r) { return r.evaluations > 0; })) {
    add(result.search->pipeline.search_evaluations(), "evaluations");
  }
  return text;
}

bool HasSpentBudget(const RunResult& run, const Pipeline& pipeline) {
  const BudgetConfig& budget = pipeline.budget;
  const auto evaluations = pipeline.search_evaluations();
  return (evaluations && run.evaluations > 0 && run.evaluations >= *evaluations) ||
         (budget.steps && run.steps >= *budget.steps) ||
         (budget.unique_queries && run.unique_queries >= *budget.unique_queries) ||
         (budget.simulated_seconds &&
          run.cost_seconds >= static_cast<double>(*budget.simulated_seconds));
}

std::optional<double> OptimumOf(const SearchResult& result) {
  const RewardConfig& reward = result.search->pipeline.reward;
  const std::size_t metric = RewardMetricIndex(result);
  const bool decides = reward.limits.empty() && reward.add.empty() && reward.goals.size() < 2;
  return decides && metric < result.metrics.size() ? result.metrics[metric].optimum : std::nullopt;
}

std::uint64_t SpentBy(const RunResult& run, const BudgetConfig& budget) {
  return budget.steps            ? run.steps
         : budget.unique_queries ? run.unique_queries
                                 : static_cast<std::uint64_t>(run.cost_seconds);
}

std::optional<BestTrial> BestAt(const RunResult& run, const Pipeline& pipeline,
                                std::optional<std::uint64_t> mark) {
  if (!mark) {
    return HasSpentBudget(run, pipeline) ? run.best : std::nullopt;
  }
  const auto at = std::ranges::find(run.marks, *mark, &MarkResult::mark);
  return at != run.marks.end() ? at->best : std::nullopt;
}

BudgetPoint PointOf(const SearchResult& result, std::optional<std::uint64_t> mark) {
  const Pipeline& pipeline = result.search->pipeline;
  std::vector<std::optional<BestTrial>> bests;
  for (const RunResult& run : result.runs) {
    if (HasReached(run, pipeline, mark)) {
      bests.push_back(BestAt(run, pipeline, mark));
    }
  }
  return {mark, PointName(result, mark), bests.size(), StatisticOf(result, bests)};
}

std::vector<BudgetPoint> ReachedPoints(const SearchResult& result) {
  const BudgetConfig& budget = result.search->pipeline.budget;
  std::vector<std::optional<std::uint64_t>> marks(budget.marks.begin(), budget.marks.end());
  if (marks.empty() || marks.back() != budget.end()) {
    marks.push_back(std::nullopt);
  }
  std::vector<BudgetPoint> points;
  for (const auto& mark : marks) {
    if (BudgetPoint point = PointOf(result, mark); point.reached > 0) {
      points.push_back(std::move(point));
    }
  }
  return points;
}

EarlyRuns RunsThatEndedEarly(const SearchResult& result) {
  const Pipeline& pipeline = result.search->pipeline;
  std::vector<std::uint64_t> spent;
  std::vector<std::optional<BestTrial>> bests;
  for (const RunResult& run : result.runs) {
    if (!HasSpentBudget(run, pipeline)) {
      spent.push_back(SpentBy(run, pipeline.budget));
      bests.push_back(run.best);
    }
  }
  if (spent.empty()) {
    return {};
  }
  const auto [least, most] = std::ranges::minmax(spent);
  return {spent.size(), least, most, least == most ? StatisticOf(result, bests) : Describe({})};
}

std::string DescribeEarlyRuns(const SearchResult& result) {
  const EarlyRuns early = RunsThatEndedEarly(result);
  if (early.count == 0) {
    return "";
  }
  const std::string of =
      early.count == result.runs.size() ? "" : std::to_string(early.count) + " of ";
  std::string text = of + std::to_string(result.runs.size()) +
                     (result.runs.size() == 1 ? " seed" : " seeds") + " ended after " +
                     std::to_string(early.least);
  text += early.least == early.most ? "" : " to " + std::to_string(early.most);
  return text + " of " + std::to_string(result.search->pipeline.budget.end()) + " " +
         BudgetUnit(result);
}

}  // namespace lode::core
