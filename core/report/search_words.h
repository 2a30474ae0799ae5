// A search in words: what it is, and what it counts.
#pragma once

#include <string>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/points.h"
#include "core/report/results.h"
#include "core/search/search_result.h"

namespace lode::core {

// Returns ", warm start" for a search with known trials, ", given architectures" for one that
// evaluates given architectures first, both, or "".
std::string StartMark(const StartConfig& start);

// Returns "l2nas (robust)", or "l2nas (robust), warm start" for a search with known trials.
std::string OptimizerName(const ComponentConfig& optimizer, const StartConfig& start);

// Returns "warm start: 50 known trials from runs/a", over all runs of a search, and "3 given
// architectures first", or "" if nothing was given.
std::string DescribeStart(const SearchResult& result);

// Returns "percent; validation split of cifar100, 200 epochs".
std::string DescribeMetric(const MetricDeclaration& metric);

// Returns "0.01 identity of accuracy - 1e-09 macs".
std::string DescribeReward(const RewardConfig& reward);

// Returns ", limits macs <= 350000000 by rejection", or "".
std::string DescribeLimits(const RewardConfig& reward);

// Returns "73.07 ± 0.49", "73.07" for a figure that was published without a deviation, and
// "467000000" for a count.
std::string PublishedText(const ReferenceConfig& reference);

// Returns the unit of the first limit of the search's budget: "unique queries".
std::string BudgetUnit(const SearchSummary& summary);

// Returns "1000 steps or 300 unique queries".
std::string DescribeBudget(const SearchSummary& summary);

// Returns a point of the budget: "500 steps".
std::string PointName(const SearchSummary& summary, const BudgetPoint& point);

// Describes the search: "l2nas (robust) on nb201, reward exponential of valid_accuracy (percent;
// validation split of cifar100, 200 epochs), budget 1000 steps", and its warm start.
std::string DescribeSearch(const SearchSummary& summary);

}  // namespace lode::core
