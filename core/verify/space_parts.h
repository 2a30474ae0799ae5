// The parts of the contract of spaces, in the order in which they are checked.
#pragma once

#include <cstddef>
#include <vector>

#include "core/verify/findings.h"
#include "core/verify/space_probe.h"

namespace lode::verify {

constexpr std::size_t kSampleCount = 300;

// Checks the matrices, their labels, and the size that they allow.
void CheckShape(SpaceProbe& space, Findings& findings);

// Checks discretize and sample. Returns kSampleCount samples, or fewer if sample fails.
std::vector<Bytes> CheckDecoding(SpaceProbe& space, Findings& findings);

// The others need kSampleCount samples.

// Checks format and parse, with right, mangled and wrong texts and bytes. Walks or draws up to 10^5
// architectures.
void CheckTexts(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings);

// Checks neighbors, mutate, crossover, canonical and resample, those that the space has.
void CheckVariation(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings);

void CheckGraph(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings);

// Check the probabilities of random functions: they are called often enough to detect outcomes that
// never happen, or happen twice as often as they should. Rules: "space.sample.uniform",
// "space.mutate.reach", "space.crossover.mix", "space.resample".
void CheckSampleDraws(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings);
void CheckVariationDraws(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings);

void CheckSpaceMetrics(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings);

// Checks that calls from several threads do not affect each other.
void CheckThreads(SpaceProbe& space, Findings& findings);

}  // namespace lode::verify
