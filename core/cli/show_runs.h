// Prints the output of `lode show RUN`.
#pragma once

#include <filesystem>
#include <vector>

#include "core/cli/command.h"

namespace lode::cli {

// Prints the tables of all ended runs in or below the directories, as `lode run` did, and the
// progress of the others. Then names what could not be read. Changes nothing. Returns an
// ExitStatus. Throws core::HostError and core::ConfigError if there is one directory and nothing in
// it can be read.
int ShowRuns(const std::vector<std::filesystem::path>& directories, bool json);

}  // namespace lode::cli
