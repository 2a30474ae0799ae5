// Hints about settings of a pipeline that have no effect or slow it down.
#pragma once

#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Returns how many threads one run may keep busy.
unsigned BusyThreads(const ExecutionConfig& execution);

// Returns whether runs can draw their best architectures: with a program for it, and a space that
// this process may call.
bool DrawsPictures(const ExecutionConfig& execution);

// Tells the listener each of these once: an optimizer explores by itself and ignores the pipeline's
// strategies; an optimizer proposes one architecture at a time and leaves workers idle; a run has
// more threads than there are processors; TensorBoard gets no pictures.
void GiveHints(const Plan& plan, const RunEnvironment& environment);

}  // namespace lode::core
