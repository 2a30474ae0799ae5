// Checks everything that a directory of runs holds, by its checksums.
#pragma once

#include <filesystem>
#include <vector>

#include "core/store/run_check.h"

namespace lode::core {

// What was found in each stage and each run of a directory, itself or below. Needs no plugin. Throws
// HostError if there is none.
std::vector<RunCheck> CheckRuns(const std::filesystem::path& directory);

}  // namespace lode::core
