// Stages that are not measured because their data is not there: [pipeline] optional.
#pragma once

#include <list>

#include "core/run/stage_run.h"

namespace lode::core {

// Sets `left_out` of each optional stage that is not stored and reads a file or folder that does
// not exist, or a stage that is left out; and of each stage that shows a directory that does not
// exist. `stages`: all of a pipeline, in order.
void LeaveOut(std::list<StageRun>& stages);

// Throws HostError if a stage that is not left out reads one that is.
void RequireMeasured(const std::list<StageRun>& stages);

}  // namespace lode::core
