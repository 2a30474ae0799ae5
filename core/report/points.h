// How far the runs of a search got, and what they had found by then, in numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "core/config/pipeline.h"
#include "core/report/statistics.h"
#include "core/search/search_result.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns whether a run has spent its budget. It has not if it failed, was interrupted, or had
// nothing more to propose.
bool HasSpentBudget(const RunResult& run, const Pipeline& pipeline);

// Returns whether a run with noisy metrics has used all evaluations that its search may use.
bool HasSpentEvaluations(const RunResult& run, const Pipeline& pipeline);

// Returns the best value of the reward's metric over all architectures, if the oracle knows it and
// only this metric decides: a limit, another term or a second goal may rule that architecture out.
std::optional<double> OptimumOf(const SearchResult& result);

// Returns whether a published figure is of the metric that the reward is made of.
bool IsOfReward(const ReferenceConfig& reference, const Pipeline& pipeline);

// Returns whether each condition of a published figure holds at the grid point of one of the
// searches.
bool AppliesTo(const ReferenceConfig& reference, std::initializer_list<const Search*> searches);

// How far a mean is from a published figure.
struct PublishedFigure {
  ReferenceConfig reference;
  std::optional<double> difference;  // from its mean; none if no run has a best
  std::optional<double> deviations;  // the same in published deviations; none if it has none
};

// A point of the budget.
struct BudgetPoint {
  std::optional<std::uint64_t> mark;         // none for the end
  std::size_t metric = 0;                    // its position in the result's metrics
  std::size_t reached = 0;                   // runs
  Statistic best;                            // of that metric, over those that have a best
  std::optional<PublishedFigure> published;  // for this point of budget and grid
};

// Returns the point of a mark, or of the end without one, for the reward's metric.
BudgetPoint PointOf(const SearchResult& result, std::optional<std::uint64_t> mark);

// Returns the marks and the end, as far as some run reached them. A last mark that is the end
// stands for both.
std::vector<BudgetPoint> ReachedPoints(const SearchResult& result);

// Returns the points of other metrics that figures were published for, as far as some run reached
// them.
std::vector<BudgetPoint> OtherPublishedPoints(const SearchResult& result);

// The runs that ended before the budget did.
struct EarlyRuns {
  std::size_t count = 0;
  std::uint64_t least = 0, most = 0;  // how much of the first limit they had spent
  Statistic best;                     // only if all had spent the same
};
EarlyRuns RunsThatEndedEarly(const SearchResult& result);

}  // namespace lode::core
