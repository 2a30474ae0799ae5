// The accuracy that a training must reach in a test. Kernels are chosen by processor, and one short
// training varies by several percent, so no test may require the accuracy that some machine
// reached.
#pragma once

#include <cmath>

namespace lode {

// In percent: random guesses among `classes` get fewer than this many of `images` right, except
// once in three million times (five standard deviations).
inline double FarAboveChance(int images, int classes = 10) {
  const double chance = 1.0 / classes;
  return 100 * (chance + 5 * std::sqrt(chance * (1 - chance) / images));
}

}  // namespace lode
