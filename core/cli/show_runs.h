// What `lode show RUN` prints.
#pragma once

#include <filesystem>

#include "core/cli/command.h"

namespace lode::cli {

// Prints the tables of all runs in a directory, itself or below, that have ended, as `lode run` did,
// and how far the others are. Changes nothing. Throws core::HostError and core::ConfigError.
void ShowRuns(const std::filesystem::path& directory, bool json);

}  // namespace lode::cli
