// Runs stages without an optimizer, in which an oracle prepares for later stages.
#pragma once

#include "core/run/run_environment.h"
#include "core/run/stage_run.h"

namespace lode::core {

// Creates and binds the oracle of a preparation where it would evaluate, and lets it prepare in the
// stage's directory. Throws HostError.
Completion PrepareStage(const StageRun& stage, const RunEnvironment& environment);

}  // namespace lode::core
