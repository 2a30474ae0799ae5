// What a pipeline asks for that has no effect, or slows it.
#pragma once

#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Threads that one run may keep busy.
unsigned BusyThreads(const ExecutionConfig& execution);

// Tells the listener, each once: an optimizer explores by itself and ignores the pipeline's strategies;
// an optimizer proposes one architecture at a time and leaves workers idle; a run has more threads than
// there are processors.
void GiveHints(const Plan& plan, const RunEnvironment& environment);

}  // namespace lode::core
