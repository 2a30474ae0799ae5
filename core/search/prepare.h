// What oracles do once before their first evaluation, and where.
#pragma once

#include <filesystem>

#include "core/config/pipeline.h"
#include "core/plugin/component.h"

namespace lode::core {

// The directory in `root` for the oracle at `place` in a pipeline, "supernet-0123456789abcdef": the same
// for the same versions and parameters of it and the space and the same number of threads.
std::filesystem::path PreparedDirectory(const std::filesystem::path& root, const Pipeline& pipeline,
                                        std::size_t place, const lode_component& oracle,
                                        const lode_component& space);

// Makes the directory, waits until nobody else prepares in it, in this process or another one, and
// lets the oracle do so. Throws HostError, CancelledError.
void PrepareIn(const std::filesystem::path& directory, OracleInstance& oracle,
               const RunContext& run);

}  // namespace lode::core
