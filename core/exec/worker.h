// A process that evaluates or searches on behalf of another one: the other end of WorkerProcess.
#pragma once

#include <atomic>
#include <filesystem>
#include <vector>

namespace lode::core {

// The descriptor that connects a worker to its host.
inline constexpr int kWorkerChannel = 3;

// The descriptor of a page of memory that a worker shares with the host, to note which component it
// is in.
inline constexpr int kWorkerPage = 4;

// Becomes true when SIGTERM arrives.
const std::atomic<bool>& WorkerCancelled();

// Serves the host at kWorkerChannel until the host closes the connection or SIGTERM arrives; ends
// with the host's process. `plugins` are the values of --plugin. `begun` is called once the worker
// is in its final process (LeaveKeeper forks). Returns the exit status. The process has one thread
// and does nothing else.
int ServeHost(const std::vector<std::filesystem::path>& plugins, void (*begun)());

}  // namespace lode::core
