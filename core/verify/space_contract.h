// The contract of search spaces.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Calls every function of the space made with `setting`, right and wrong. Spaces of up to 10^5
// architectures whose neighbours can be listed are walked as a whole, others are sampled 10^5
// times. With `draws`, random functions are called often enough to tell their probabilities. Rules:
// "space.*" and those of all kinds.
void CheckSpace(const lode_component& component, const Setting& setting, bool draws,
                Findings& findings);

}  // namespace lode::verify
