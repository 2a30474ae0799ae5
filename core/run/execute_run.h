// Makes or continues one run.
#pragma once

#include <functional>
#include <string>

#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Runs one search with one seed in the calling thread: replays the stored trials, then continues.
// Only reads a run that has ended and needs nothing more. Calls `warn` with likely problems of the
// search.
//
// An error of the search itself is a result, Ending::kFailed. Throws HostError if the run cannot
// start: WorkerLost or LostStoreError if other runs may still succeed. Throws CancelledError if it
// was cancelled before its first trial.
RunOutcome ExecuteRun(const PlannedRun& run, const RunInfo& info, const RunEnvironment& environment,
                      std::function<void(const std::string&)> warn);

}  // namespace lode::core
