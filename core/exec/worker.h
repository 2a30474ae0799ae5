// A process that evaluates for another one: the other end of WorkerProcess.
#pragma once

#include <filesystem>
#include <vector>

namespace lode::core {

// The descriptor at which a worker finds the host.
inline constexpr int kWorkerChannel = 3;

// Serves the host at kWorkerChannel until that hangs up or SIGTERM comes; ends with the host's
// process. `plugins`: as --plugin named them. Returns the exit status. The process has one thread
// and nothing else to do.
int ServeHost(const std::vector<std::filesystem::path>& plugins);

}  // namespace lode::core
