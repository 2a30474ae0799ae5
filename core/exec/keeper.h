// A process beside a worker. It outlives the worker just long enough to end what the worker leaves
// behind.
#pragma once

namespace lode::core {

// SIGUSR1 tells a keeper to end the worker and everything that the worker has started. A keeper
// passes SIGTERM on to the worker.
//
// Forks. Returns in the child, which is the worker. The parent becomes its keeper: descendants of
// the worker that lose their parent become the keeper's children, whatever their session and
// environment. The keeper ends all of them when the worker has ended, or when the other end of
// `descriptor` or the process that started the keeper is gone. It then ends as the worker did. Call
// this before other threads exist.
void LeaveKeeper(int descriptor);

}  // namespace lode::core
