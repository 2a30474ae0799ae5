// The contract of optimizers.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Lets the optimizer search `space` for a synthetic reward: undisturbed, side by side, with failed
// trials and trials it did not ask for, with several proposals in progress if it claims to support
// that. Saves and loads it if it can, and misuses it. Returns whether it accepts the space; if not,
// only the refusal and its message are checked. Rules: "optimizer.*", "state.*" and those of all
// kinds.
bool CheckOptimizer(const lode_component& component, const Setting& setting, lode_space space,
                    Findings& findings);

}  // namespace lode::verify
