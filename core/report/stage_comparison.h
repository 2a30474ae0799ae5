// How a later stage measured the best that an earlier stage found.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/report/columns.h"
#include "core/report/statistics.h"
#include "core/report/summary.h"

namespace lode::core {

// A stage that has searched: its results, and the directories of their runs.
struct SearchedStage {
  std::string name;
  const std::vector<SearchResult>* results;
  std::vector<std::vector<std::filesystem::path>> runs;  // for each result
};

// The best architecture of one search of the earlier stage, as a search of the later stage measured
// it.
struct ComparisonRow {
  const SearchResult* found;
  BestTrial best;
  const SearchResult* measured;
  std::vector<Statistic> metrics;  // of `measured`, over its runs
};

struct StageComparison {
  std::string earlier, later;  // names
  std::vector<ComparisonRow> rows;
};

// Returns a comparison of every two stages of which the later one measured a best architecture of
// the earlier one.
std::vector<StageComparison> CompareStages(const std::vector<SearchedStage>& stages);

// Returns a heading and a table.
std::string FormatStageComparison(const StageComparison& comparison,
                                  std::size_t width = kUnlimited);

// Returns [{"earlier", "later", "rows": [{"point", "architecture", METRIC there, "metrics":
// {...}}]}].
nlohmann::json ToJson(const std::vector<StageComparison>& comparisons);

}  // namespace lode::core
