// How far the runs of a search came, and what they had found by then.
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

// "unique queries": what the first limit of the search's budget counts.
std::string BudgetUnit(const SearchResult& result);

// "1000 steps or 300 unique queries".
std::string DescribeBudget(const SearchResult& result);

// A run ends before its budget does if it fails, is interrupted, or has nothing more to propose.
bool HasSpentBudget(const RunResult& run, const Pipeline& pipeline);

// The best value of the reward's metric that any architecture has, if the oracle knows it and nothing
// but this metric decides: a limit, a further term or a second goal may rule that one out.
std::optional<double> OptimumOf(const SearchResult& result);

// How much of the first limit a run has spent.
std::uint64_t SpentBy(const RunResult& run, const BudgetConfig& budget);

// The best at a mark, or at the end of the budget if there is none; none if the run did not get
// there.
std::optional<BestTrial> BestAt(const RunResult& run, const Pipeline& pipeline,
                                std::optional<std::uint64_t> mark);

// A point of the budget that some run reached.
struct BudgetPoint {
  std::optional<std::uint64_t> mark;  // none: the end
  std::string name;                   // "500 steps"
  std::size_t reached = 0;            // runs
  Statistic best;                     // of the reward's metric, over those of them that have one
};

// `mark`: none for the end.
BudgetPoint PointOf(const SearchResult& result, std::optional<std::uint64_t> mark);

// The marks and the end, those that some run reached.
std::vector<BudgetPoint> ReachedPoints(const SearchResult& result);

// The runs that ended before the budget did.
struct EarlyRuns {
  std::size_t count = 0;
  std::uint64_t least = 0, most = 0;  // what they had spent of the first limit
  Statistic best;                     // only if they all had spent the same
};
EarlyRuns RunsThatEndedEarly(const SearchResult& result);

// "3 of 10 seeds ended after 4 to 13 of 1000 steps"; "" if none ended early.
std::string DescribeEarlyRuns(const SearchResult& result);

}  // namespace lode::core
