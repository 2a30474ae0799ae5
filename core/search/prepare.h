// Preparation, which an oracle does once before its first evaluation.
#pragma once

#include <filesystem>

#include "core/config/pipeline.h"
#include "core/plugin/component.h"

namespace lode::core {

// Returns the directory in `root` for the oracle at `place` in a pipeline, such as
// "supernet-0123456789abcdef". It is the same for equal versions and parameters of the oracle and
// the space, and equal numbers of threads.
std::filesystem::path PreparedDirectory(const std::filesystem::path& root, const Pipeline& pipeline,
                                        std::size_t place, const lode_component& oracle,
                                        const lode_component& space);

// Creates the directory, waits until nobody else prepares in it, in this process or another, and
// lets the oracle prepare. Throws HostError, CancelledError.
void PrepareIn(const std::filesystem::path& directory, OracleInstance& oracle,
               const RunContext& run);

}  // namespace lode::core
