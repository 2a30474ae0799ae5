// Runs all that is planned.
#pragma once

#include <string_view>

#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Makes or continues all runs of a plan, several at a time, and puts what they came to into its results.
// Results without any run are dropped. `stage`: its name, or "". REQUIRES: the plan has runs, and its
// directories are locked. Throws HostError if a run cannot even start.
Completion ExecutePlan(Plan& plan, std::string_view stage, const RunEnvironment& environment);

}  // namespace lode::core
