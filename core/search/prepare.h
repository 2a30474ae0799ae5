// What oracles do once before their first evaluation, and where.
#pragma once

#include <filesystem>

#include "core/config/pipeline.h"
#include "core/plugin/component.h"

namespace lode::core {

// The directory in `root` for an oracle on a space: "supernet-0123456789abcdef", the same for the same
// versions and parameters of the two, whatever the run.
std::filesystem::path PreparedDirectory(const std::filesystem::path& root,
                                        const lode_component& oracle,
                                        const std::vector<Value>& oracle_values,
                                        const lode_component& space,
                                        const std::vector<Value>& space_values);

// Makes the directory, waits until nobody else prepares in it, in this process or another one, and
// lets the oracle do so. Throws HostError, CancelledError.
void PrepareIn(const std::filesystem::path& directory, OracleInstance& oracle,
               const RunContext& run);

}  // namespace lode::core
