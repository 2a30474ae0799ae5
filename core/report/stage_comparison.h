// How a later stage measured the best that an earlier stage found, in numbers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/report/results.h"
#include "core/report/statistics.h"
#include "core/search/search_result.h"

namespace lode::core {

// A stage that has searched: its results, and the directories of their runs.
struct SearchedStage {
  std::string name;
  const std::vector<SearchResult>* results;
  std::vector<std::vector<std::filesystem::path>> runs;  // for each result
  std::vector<std::string> sources;                      // names of stages whose files it takes
};

// The best architecture of one search of the earlier stage, as a search of the later stage measured
// it. Points into their results.
struct ComparisonRow {
  SearchSummary found;
  BestTrial best;
  const SearchResult* measured;
  std::vector<Statistic> metrics;  // of `measured`, over its runs

  // Returns the statistic of a metric; nullptr if `measured` does not have it.
  const Statistic* Find(const std::string& metric) const;
  // Returns the figure that the later stage names for this point of the earlier stage's grid, of
  // the later stage's reward metric; nullptr if there is none.
  const ReferenceConfig* Published() const;
};

struct StageComparison {
  std::string earlier, later;  // names
  std::vector<ComparisonRow> rows;
};

// Returns a comparison of every two stages of which the later one takes files of the earlier one
// and measured a best architecture of it. Stages that are independent of each other may measure the
// same architecture by chance.
std::vector<StageComparison> CompareStages(const std::vector<SearchedStage>& stages);

}  // namespace lode::core
