// What a pipeline's runs amount to: tables for people, at most `width` columns wide, JSON for programs.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/columns.h"
#include "core/report/points.h"
#include "core/search/trial.h"
#include "core/store/result_json.h"

namespace lode::core {

// What was searched and on what: "l2nas (robust) on nb201, reward exponential of valid_accuracy
// (percent; validation split of cifar100, 200 epochs), budget 1000 steps".
std::string DescribeSearch(const SearchResult& result);

// "350000000" of a count, "73.07" of anything else.
std::string FormatMetric(const MetricDeclaration& metric, double value);

// "3", or "1000 or more": of BestTrial::ties.
std::string TiesText(std::uint64_t ties);

// A heading, a row for each run, and the statistics over seeds at every mark and at the end, of those
// that got there.
std::string FormatRuns(const SearchResult& result, std::size_t width = kUnlimited);

// One row for each search and mark, beside the published figures that the pipeline gives.
std::string FormatComparison(const std::vector<SearchResult>& results,
                             std::size_t width = kUnlimited);

// The Pareto front of all runs together, the first goal's best first; empty if there is one goal.
std::vector<FrontTrial> CommonFront(const SearchResult& result);

// Its trials in a table, at most kFrontRows of them evenly spread, and what it dominates; "" for an
// empty one.
std::string FormatFront(const SearchResult& result, std::size_t width = kUnlimited);

// {"oracle.dataset": "cifar10", ...}: the search's point of its grid.
nlohmann::json PointToJson(const Search& search);

// {"runs": [...], "summaries": [...], "summary": {...} if there is one search}.
nlohmann::json ToJson(const std::vector<SearchResult>& results);

}  // namespace lode::core
