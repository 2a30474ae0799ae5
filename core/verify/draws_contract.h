// The contract of what spaces draw at random: with which probabilities.
#pragma once

#include <vector>

#include "core/verify/findings.h"
#include "core/verify/space_probe.h"

namespace lode::verify {

// Draws often enough from sample, mutate, crossover and resample to tell what they never do, or twice
// as often as they should. `samples`: some hundred architectures of the space. Rules:
// "space.sample.uniform", "space.mutate.reach", "space.crossover.mix", "space.resample".
void CheckDraws(const SpaceProbe& probe, const std::vector<Bytes>& samples, Findings& findings);

}  // namespace lode::verify
