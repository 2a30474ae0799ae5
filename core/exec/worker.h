// A process that evaluates or searches for another one: the other end of WorkerProcess.
#pragma once

#include <atomic>
#include <filesystem>
#include <vector>

namespace lode::core {

// The descriptor at which a worker finds the host.
inline constexpr int kWorkerChannel = 3;

// A page of memory that a worker shares with the host, where it says which component it is in.
inline constexpr int kWorkerPage = 4;

// Whether SIGTERM has come.
const std::atomic<bool>& WorkerCancelled();

// Serves the host at kWorkerChannel until that hangs up or SIGTERM comes; ends with the host's
// process. `plugins`: as --plugin named them. Returns the exit status. The process has one thread
// and nothing else to do.
// `begun` is called once the worker is in the process that it stays in.
int ServeHost(const std::vector<std::filesystem::path>& plugins, void (*begun)());

}  // namespace lode::core
