// The contract of exploration strategies.
#pragma once

#include "tests/contract/findings.h"
#include "tests/contract/test_host.h"

namespace lode::contract {

// Runs 500 steps, twice at once, and perturbs ordinary and extreme actions. Rules:
// "exploration.functions", "exploration.explore", "exploration.perturb", "exploration.finite", and
// of all kinds "outputs.untouched", "outputs.bounds", "determinism", "error.message".
Findings CheckExploration(const lode_component& component, const Setting& setting);

}  // namespace lode::contract
