// A process that evaluates for another one: the other end of WorkerProcess.
#pragma once

#include <filesystem>
#include <vector>

namespace lode::core {

// Serves the host at descriptor 3 until that hangs up or SIGTERM comes; ends with the host's
// process. `plugins`: as --plugin named them. Returns the exit status. The process has one thread
// and nothing else to do.
int ServeHost(const std::vector<std::filesystem::path>& plugins);

}  // namespace lode::core
