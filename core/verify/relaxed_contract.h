// The contract of relaxed networks of oracles.
#pragma once

#include "core/verify/case.h"
#include "core/verify/findings.h"

namespace lode::verify {

// Trains and measures the network on a few batches, if the oracle has one. Compares gradients with
// finite differences of losses, which may be those of 32-bit arithmetic. Rules: "relaxed.*" and
// those of all kinds.
void CheckRelaxed(const Case& checked, Findings& findings);

}  // namespace lode::verify
