// Makes or continues one run.
#pragma once

#include <functional>
#include <string>

#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Runs one search with one seed in the calling thread: replays the trials that are stored, and continues.
// A run that has ended and needs nothing more is only read. `warn` is called with what is likely to be
// wrong with the search.
//
// An error of the search itself is a result, Ending::kFailed. Throws HostError if the run cannot even
// start: WorkerLost or LostStoreError if others may still succeed. Throws CancelledError if it was
// cancelled before its first trial.
RunOutcome ExecuteRun(const PlannedRun& run, const RunInfo& info, const RunEnvironment& environment,
                      std::function<void(const std::string&)> warn);

}  // namespace lode::core
