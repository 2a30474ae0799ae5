// The results of one search's runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::core {

// All runs of one search, in the order of its seeds.
struct SearchResult {
  const Search* search = nullptr;
  std::vector<MetricDeclaration> metrics;
  std::vector<RunResult> runs;
};

// Returns the position of the reward's metric among the result's metrics, or their number if it is
// not there.
std::size_t RewardMetricIndex(const SearchResult& result);

// Returns the values of the search's point of the grid: "cifar10 0.1"; "" without a grid.
std::string PointText(const Search& search);

}  // namespace lode::core
