// The contract of a space's random functions: their probabilities.
#pragma once

#include <vector>

#include "core/verify/findings.h"
#include "core/verify/space_probe.h"

namespace lode::verify {

// Calls sample, mutate, crossover and resample often enough to detect outcomes that never happen,
// or happen twice as often as they should. `samples` are some hundred architectures of the space.
// Rules: "space.sample.uniform", "space.mutate.reach", "space.crossover.mix", "space.resample".
void CheckDraws(const SpaceProbe& probe, const std::vector<Bytes>& samples, Findings& findings);

}  // namespace lode::verify
