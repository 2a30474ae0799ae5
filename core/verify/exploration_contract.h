// The contract of exploration strategies.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Runs 500 steps with two instances at once, perturbs ordinary and extreme actions, and saves and
// loads the strategy if it can. Rules: "exploration.*", "state.*" and those of all kinds.
void CheckExploration(const lode_component& component, const Setting& setting, Findings& findings);

}  // namespace lode::verify
