// Executes a plan.
#pragma once

#include <string_view>

#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Makes or continues all runs of a plan, several at a time, and stores their outcomes in its
// results. Drops results without runs. `stage`: the stage's name, or "". REQUIRES: the plan has
// runs, and its directories are locked. Throws HostError if a run cannot start.
Completion ExecutePlan(Plan& plan, std::string_view stage, const RunEnvironment& environment);

}  // namespace lode::core
