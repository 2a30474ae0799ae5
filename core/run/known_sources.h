// Where the known trials and the policy of a run come from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/run/plan.h"
#include "core/search/run.h"
#include "core/search/trial.h"

namespace lode::core {

// Reads the known trials of a new run: those of the earlier run, then those of the table. `runner`
// is the run's. Throws HostError, with what is wrong, for an earlier run that searched another
// space or measured with another oracle, for a missing metric, and if there are no trials.
std::vector<KnownTrial> ReadKnownTrials(const PlannedRun& run, const Runner& runner);

// Returns the file of the policy that a seed of a search starts from: as written, or that of the
// earlier run in a folder; "" if there is none. Throws HostError if there is no such run.
std::filesystem::path PolicyOf(const Search& search, std::uint64_t seed);

// Throws ConfigError for earlier runs and tables that do not exist, at the places where they are
// written. What earlier stages will leave is not checked.
void CheckKnownSources(const LoadedPipeline& pipeline);

}  // namespace lode::core
