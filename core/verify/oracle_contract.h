// The contract of reward oracles.
#pragma once

#include <filesystem>

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Measures sampled architectures of `space`, which the oracle must support: alone, in batches, from
// several threads if it claims to support that, and with wrong arguments. `foreign` is a space that
// it may refuse. A metric that is declared noisy may differ when asked again. `prepared` is where
// it prepares, if it does. Rules: "oracle.*" and those of all kinds.
void CheckOracle(const lode_component& component, const Setting& setting, lode_space space,
                 lode_space foreign, const std::filesystem::path& prepared, Findings& findings);

}  // namespace lode::verify
