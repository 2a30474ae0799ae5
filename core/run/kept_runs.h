// What a directory of runs holds, as far as it can be read.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/run/kept_stages.h"
#include "core/run/plan.h"
#include "core/search/trial.h"

namespace lode::core {

// A run that has not ended, as it is now.
struct UnfinishedRun {
  const PlannedRun* planned;
  std::optional<pid_t> process;  // that works on it
  std::uint64_t steps = 0;
  std::vector<MetricDeclaration> metrics{};
  std::optional<BestTrial> best{};
  std::vector<FailureKind> failures{};

  std::uint64_t failure_count() const;
};

struct KeptRuns {
  std::filesystem::path directory;
  std::optional<KeptStages> stages{};       // if it is a pipeline's with stages
  Plan plan{};                              // its results: those of runs that have ended
  std::vector<UnfinishedRun> unfinished{};  // point into the plan
  std::vector<std::string> damages{};       // what could not be read, and why

  // The results, and for each unfinished run that found something one with the best so far.
  std::vector<SearchResult> BestSoFar() const;
};

// Changes nothing, loads no plugin. `checked`: the stores' checksums are checked, too. Throws
// HostError, ConfigError if nothing of it can be read.
KeptRuns LookAtRuns(const std::filesystem::path& directory, bool checked);

}  // namespace lode::core
