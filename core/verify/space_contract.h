// The contract of search spaces.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Calls every function of the space created with `setting`, with right and wrong arguments. Spaces
// of up to 10^5 architectures that list neighbors are walked completely, others are sampled 10^5
// times. With `draws`, random functions are called often enough to determine their probabilities.
// Rules: "space.*" and those of all kinds.
void CheckSpace(const lode_component& component, const Setting& setting, bool draws,
                Findings& findings);

}  // namespace lode::verify
