// The best run of each kind of measurement.
#pragma once

#include <vector>

#include "core/plugin/declaration.h"
#include "core/search/search_result.h"

namespace lode::core {

// A run with the best result among searches that are measured alike.
struct BestRun {
  const SearchResult* result;
  const RunResult* run;

  const MetricDeclaration& metric() const { return result->metrics[RewardMetricIndex(*result)]; }
  double value() const { return run->best->metrics[RewardMetricIndex(*result)]; }
};

// Groups the searches by reward, metric, data and space, and returns the best run of each group in
// which a run found something, in the order of the searches. The entries point into `results`.
std::vector<BestRun> BestRuns(const std::vector<SearchResult>& results);

// Returns the run of a search with the best reward, the first among equal ones; nullptr if no run
// found something.
const RunResult* BestRunOf(const SearchResult& result);

}  // namespace lode::core
