// Ctrl-C and its like: the run in hand ends, and can be resumed.
#pragma once

#include <atomic>

namespace lode::cli {

// Set by the first SIGINT, SIGTERM or SIGHUP; the second one ends the program at once.
extern std::atomic<bool> interrupted;

void CatchSignals();

}  // namespace lode::cli
