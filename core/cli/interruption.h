// Ctrl-C and its like: the current runs end, and can be resumed.
#pragma once

#include <chrono>

#include "core/run/cancel_token.h"

namespace lode::cli {

// Of all that this program runs: cancelled by the first SIGINT, SIGTERM or SIGHUP that is caught; a later
// signal ends the program at once.
core::CancelToken& Interruption();

void CatchSignals();

// When this program began.
std::chrono::steady_clock::time_point ProgramStart();

// kOutOfTime or kInterrupted.
int InterruptionStatus();

}  // namespace lode::cli
