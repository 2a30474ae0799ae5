// Reads the contents of a directory of runs as far as possible.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/report/standings.h"
#include "core/run/plan.h"
#include "core/run/stored_stages.h"
#include "core/search/search_result.h"

namespace lode::core {

struct StoredRuns {
  std::filesystem::path directory;
  std::optional<StoredStages> stages{};     // if the pipeline has stages
  Plan plan{};                              // its results are those of runs that have ended
  std::vector<UnfinishedRun> unfinished{};  // point into the plan
  std::vector<std::string> damages{};       // what could not be read, and why

  // Returns the results, with one more for each unfinished run that has a best so far.
  std::vector<SearchResult> BestSoFar() const;
};

// Changes nothing and loads no plugins. `checked`: also checks the stores' checksums. Throws
// HostError or ConfigError if nothing can be read.
StoredRuns LookAtRuns(const std::filesystem::path& directory, bool checked);

}  // namespace lode::core
