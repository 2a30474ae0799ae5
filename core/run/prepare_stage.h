// Stages without an optimizer: their oracle prepares, for stages after them.
#pragma once

#include "core/run/run_environment.h"
#include "core/run/stage_run.h"

namespace lode::core {

// Makes and binds the oracle of a preparation where it would evaluate, and lets it prepare in the stage's
// directory. Throws HostError.
Completion PrepareStage(const StageRun& stage, const RunEnvironment& environment);

}  // namespace lode::core
