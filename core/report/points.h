// How far the runs of a search got, and what they had found by then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/report/statistics.h"
#include "core/search/search_result.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns the unit of the first limit of the search's budget: "unique queries".
std::string BudgetUnit(const SearchResult& result);

// Returns "1000 steps or 300 unique queries".
std::string DescribeBudget(const SearchResult& result);

// Returns whether a run has spent its budget. It has not if it failed, was interrupted, or had
// nothing more to propose.
bool HasSpentBudget(const RunResult& run, const Pipeline& pipeline);

// Returns the best value of the reward's metric over all architectures, if the oracle knows it and
// only this metric decides: a limit, another term or a second goal may rule that architecture out.
std::optional<double> OptimumOf(const SearchResult& result);

// Returns how much of the first limit a run has spent.
std::uint64_t SpentBy(const RunResult& run, const BudgetConfig& budget);

// Returns the best at a mark, or without one at the end of the budget; nothing if the run did not
// reach it.
std::optional<BestTrial> BestAt(const RunResult& run, const Pipeline& pipeline,
                                std::optional<std::uint64_t> mark);

// A point of the budget that some run reached.
struct BudgetPoint {
  std::optional<std::uint64_t> mark;  // none for the end
  std::string name;                   // "500 steps"
  std::size_t reached = 0;            // runs
  Statistic best;                     // of the reward's metric, over those runs that have a best
};

// Returns the point of a mark, or of the end without one.
BudgetPoint PointOf(const SearchResult& result, std::optional<std::uint64_t> mark);

// Returns the marks and the end, as far as some run reached them.
std::vector<BudgetPoint> ReachedPoints(const SearchResult& result);

// The runs that ended before the budget did.
struct EarlyRuns {
  std::size_t count = 0;
  std::uint64_t least = 0, most = 0;  // how much of the first limit they had spent
  Statistic best;                     // only if all had spent the same
};
EarlyRuns RunsThatEndedEarly(const SearchResult& result);

// Returns "3 of 10 seeds ended after 4 to 13 of 1000 steps", or "" if none ended early.
std::string DescribeEarlyRuns(const SearchResult& result);

}  // namespace lode::core
