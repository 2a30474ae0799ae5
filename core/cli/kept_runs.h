// What a directory of runs holds, as far as it can be read.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/plan.h"
#include "core/cli/stages.h"
#include "core/search/trial.h"

namespace lode::cli {

// A run that has not ended, as it is now.
struct Unfinished {
  const Job* job;
  std::optional<pid_t> process;  // that works on it
  std::uint64_t steps = 0;
  std::vector<core::MetricDeclaration> metrics{};
  std::optional<core::BestTrial> best{};
  std::vector<core::FailureKind> failures{};

  std::uint64_t failure_count() const;
};

struct KeptRuns {
  std::filesystem::path directory;
  std::optional<SeenStages> stages;    // if it is a pipeline's with stages
  Plan plan;                           // its results: those of runs that have ended
  std::vector<Unfinished> unfinished;  // point to the plan's jobs
  std::vector<std::string> damages;    // what could not be read, and why

  // The results, and for each unfinished run that found something one with the best so far.
  std::vector<core::SearchResult> BestSoFar() const;
};

// Changes nothing, loads no plugin. `checked`: the stores' checksums, too, are looked at. Throws
// HostError, ConfigError if nothing of it can be read.
KeptRuns LookAtRuns(const std::filesystem::path& directory, bool checked);

}  // namespace lode::cli
