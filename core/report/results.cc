#include "core/report/results.h"

#include <algorithm>
#include <functional>

#include "core/search/best_tracker.h"
#include "core/search/failures.h"

namespace lode::core {
namespace {

std::vector<FailureKind> FailureKindsOf(const SearchResult& result) {
  FailureTally tally;
  for (const RunResult& run : result.runs) {
    for (const FailureKind& kind : run.failure_kinds) { tally.Add(kind.reason, kind.count); }
  }
  return tally.Kinds();
}

std::uint64_t FailureCountOf(const SearchResult& result) {
  std::uint64_t count = 0;
  for (const RunResult& run : result.runs) { count += run.failures; }
  return count;
}

std::vector<FrontTrial> CommonFront(const SearchResult& result, const Goals& goals) {
  FrontOfHighestFidelity front;
  for (const RunResult& run : result.runs) {
    for (const FrontTrial& trial : run.front) {
      front.Add(trial.fidelity, goals.ObjectivesOf(trial.metrics), [&] { return trial; });
    }
  }
  return front.Trials();
}

Statistic HypervolumeOf(const SearchResult& result) {
  std::vector<double> volumes;
  for (const RunResult& run : result.runs) {
    if (run.hypervolume) { volumes.push_back(*run.hypervolume); }
  }
  return StatisticOf(volumes);
}

std::vector<bool> SpentBudgets(const SearchResult& result) {
  std::vector<bool> spent;
  for (const RunResult& run : result.runs) {
    spent.push_back(HasSpentBudget(run, result.search->pipeline));
  }
  return spent;
}

}  // namespace

SearchSummary::SearchSummary(const SearchResult& of)
    : result(&of),
      reward_metric(RewardMetricIndex(of)),
      optimum(OptimumOf(of)),
      points(ReachedPoints(of)),
      end(PointOf(of, std::nullopt)),
      others(OtherPublishedPoints(of)),
      early(RunsThatEndedEarly(of)),
      spent(SpentBudgets(of)),
      failures(FailureCountOf(of)),
      failure_kinds(FailureKindsOf(of)),
      goals(of.search->pipeline.reward, of.metrics),
      front(CommonFront(of, goals)),
      hypervolume(HypervolumeOf(of)),
      is_noisy(std::ranges::any_of(of.runs, [](const auto& r) { return r.evaluations > 0; })),
      is_computed(std::ranges::any_of(of.runs, &RunResult::computed)),
      has_ties(
          std::ranges::any_of(of.runs, [](const auto& r) { return r.best && r.best->ties > 0; })),
      has_costs(std::ranges::any_of(of.runs, [](const auto& r) { return r.cost_seconds > 0; })),
      has_fidelities(std::ranges::any_of(
          of.runs, [](const auto& r) { return r.full_evaluations.has_value(); })) {}

std::vector<SearchSummary> Summarize(std::span<const SearchResult> results) {
  return {results.begin(), results.end()};
}

}  // namespace lode::core
