// What `lode show RUN` prints.
#pragma once

#include <filesystem>
#include <vector>

#include "core/cli/command.h"

namespace lode::cli {

// Prints the tables of all runs in directories, themselves or below, that have ended, as `lode run` did,
// and how far the others are. What cannot be read is named after all that can. Changes nothing. Returns
// an ExitStatus. Throws core::HostError and core::ConfigError if nothing of an only directory can be
// read.
int ShowRuns(const std::vector<std::filesystem::path>& directories, bool json);

}  // namespace lode::cli
