// Checks everything in a directory of runs by its checksums.
#pragma once

#include <filesystem>
#include <vector>

#include "core/store/run_check.h"

namespace lode::core {

// Returns the findings for each stage and each run in a directory or below it. Needs no plugins.
// Throws HostError if there are no runs.
std::vector<RunCheck> CheckRuns(const std::filesystem::path& directory);

}  // namespace lode::core
