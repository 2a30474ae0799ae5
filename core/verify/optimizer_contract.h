// The contract of optimizers.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Lets the optimizer search `space` for a synthetic reward: undisturbed, side by side, with failed
// trials and trials it did not ask for, with asks that run ahead where it claims that; saves and
// loads it where it can; and misuses it. Returns whether it took the space; if not, that and its
// message are all that is checked. Rules: "optimizer.*", "state.*" and those of all kinds.
bool CheckOptimizer(const lode_component& component, const Setting& setting, lode_space space,
                    Findings& findings);

}  // namespace lode::verify
