// What the runs of one search came to.
#pragma once

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

}  // namespace lode::core
