// Handles Ctrl-C and similar signals: the current runs end and can be resumed.
#pragma once

#include <chrono>

#include "core/run/cancel_token.h"

namespace lode::cli {

// Returns the token of everything that this program runs. The first SIGINT, SIGTERM or SIGHUP that
// is caught cancels it; a later signal ends the program at once.
core::CancelToken& Interruption();

void CatchSignals();

// Returns the start time of this program.
std::chrono::steady_clock::time_point ProgramStart();

// Returns kOutOfTime or kInterrupted.
int InterruptionStatus();

}  // namespace lode::cli
