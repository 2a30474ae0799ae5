// A process beside a worker that outlives it just long enough to end what the worker leaves behind.
#pragma once

namespace lode::core {

// What a keeper is told by SIGUSR1: end the worker and all that it has started.
// SIGTERM it passes on to the worker.

// Forks. Returns in the child, which is the worker. The parent is its keeper: whatever descends from the
// worker and has lost its parent becomes the keeper's child, whatever its session and environment. It
// ends all of them when the worker has ended, or when `descriptor`'s other end or the process that
// started the keeper is gone, and then ends as the worker did. Call before there are other threads.
void LeaveKeeper(int descriptor);

}  // namespace lode::core
