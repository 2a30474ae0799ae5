// The contract of reward oracles.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Measures sampled architectures of `space`, which the oracle must support, alone, in batches, from
// several threads where it claims that, and wrongly. `foreign` is a space it may refuse. A metric
// that is declared noisy may differ when asked again. Rules: "oracle.metrics", "oracle.bind",
// "oracle.before_bind", "oracle.evaluate", "oracle.batch", "oracle.invalid_architecture",
// "oracle.cost", "oracle.canonical", "oracle.threads", and of all kinds "outputs.untouched",
// "outputs.bounds", "determinism", "error.message".
Findings CheckOracle(const lode_component& component, const Setting& setting, lode_space space,
                     lode_space foreign);

}  // namespace lode::verify
