// A process that searches on behalf of another one: the other end of RemoteRun.
#pragma once

#include <filesystem>
#include <vector>

#include "core/exec/host_channel.h"
#include "core/exec/message.h"

namespace lode::core {

// Serves one run until the host closes the connection. Returns the exit status.
int ServeSearch(const SearchSetup& setup, const std::vector<std::filesystem::path>& plugins,
                HostChannel& host);

}  // namespace lode::core
