// The contract of search spaces.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Calls every function of the space made with `setting`, right and wrong. Spaces of up to 10^5
// architectures whose neighbours can be listed are walked as a whole, others are sampled 10^5
// times. Rules: "space.matrices", "space.log10_size", "space.discretize", "space.discretize.valid",
// "space.discretize.finite", "space.discretize.idempotent", "space.sample", "space.sample.uniform",
// "space.format", "space.round_trip", "space.parse", "space.mutate", "space.neighbours",
// "space.crossover", "space.canonical", "space.threads", and of all kinds "outputs.untouched",
// "outputs.bounds", "determinism", "error.message", "error.null".
Findings CheckSpace(const lode_component& component, const Setting& setting);

}  // namespace lode::verify
