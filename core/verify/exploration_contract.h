// The contract of exploration strategies.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Runs 500 steps, twice at once, and perturbs ordinary and extreme actions. Rules:
// "exploration.functions", "exploration.explore", "exploration.perturb", "exploration.finite", and
// of all kinds "outputs.untouched", "outputs.bounds", "determinism", "error.message".
Findings CheckExploration(const lode_component& component, const Setting& setting);

}  // namespace lode::verify
