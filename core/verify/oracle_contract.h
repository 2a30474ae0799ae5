// The contract of reward oracles.
#pragma once

#include "core/verify/case.h"
#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Measures sampled architectures of the space, which the oracle must support: alone, in batches,
// from several threads if it claims to support that, and with wrong arguments. `foreign` is a space
// that it may refuse. A metric that is declared noisy may differ when asked again. Rules:
// "oracle.*" and those of all kinds.
void CheckOracle(const Case& checked, lode_space foreign, Findings& findings);

}  // namespace lode::verify
