// Summarizes a pipeline's runs: tables for people, at most `width` columns wide, and JSON for
// programs.
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

// Describes the search: "l2nas (robust) on nb201, reward exponential of valid_accuracy (percent;
// validation split of cifar100, 200 epochs), budget 1000 steps".
std::string DescribeSearch(const SearchResult& result);

// Returns "350000000" for a count, "73.07" for anything else.
std::string FormatMetric(const MetricDeclaration& metric, double value);

// Returns "3" or "1000 or more", for BestTrial::ties.
std::string TiesText(std::uint64_t ties);

// Returns a heading, a row for each run, and the statistics over the seeds that reached each mark
// and the end.
std::string FormatRuns(const SearchResult& result, std::size_t width = kUnlimited);

// Returns one row for each search and mark, next to the published figures in the pipeline.
std::string FormatComparison(const std::vector<SearchResult>& results,
                             std::size_t width = kUnlimited);

// Returns the Pareto front of all runs together, the first goal's best first; empty if there is one
// goal.
std::vector<FrontTrial> CommonFront(const SearchResult& result);

// Returns its trials in a table, at most kFrontRows of them, evenly spread, and its hypervolume; ""
// for an empty front.
std::string FormatFront(const SearchResult& result, std::size_t width = kUnlimited);

// Returns the search's point of its grid: {"oracle.dataset": "cifar10", ...}.
nlohmann::json PointToJson(const Search& search);

// Returns {"runs": [...], "summaries": [...], "summary": {...} if there is one search}.
nlohmann::json ToJson(const std::vector<SearchResult>& results);

}  // namespace lode::core
