// The contract of optimizers.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Lets the optimizer search `space` for a synthetic reward: undisturbed, side by side, with failed
// trials and trials it did not ask for, with asks that run ahead where it claims that; saves and
// loads it where it can; and misuses it. Sets *supported to whether it took the space; if not,
// that and its message are all that is checked. Rules: "optimizer.bind", "optimizer.before_bind",
// "optimizer.ask", "optimizer.proposal", "optimizer.tell", "optimizer.batch", "optimizer.save",
// "optimizer.load", "optimizer.load.unchanged", and of all kinds "outputs.untouched",
// "outputs.bounds", "determinism", "error.message".
Findings CheckOptimizer(const lode_component& component, const Setting& setting, lode_space space,
                        bool* supported);

}  // namespace lode::verify
