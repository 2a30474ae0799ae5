// What a training must reach for a test. Kernels are chosen by the processor, and one short training
// scatters by several percent: no test may ask for the accuracy that some machine got.
#pragma once

#include <cmath>

namespace lode {

// In percent: guesses among `classes` get fewer of `images` right, but for one time in three
// million (five standard deviations).
inline double FarAboveChance(int images, int classes = 10) {
  const double chance = 1.0 / classes;
  return 100 * (chance + 5 * std::sqrt(chance * (1 - chance) / images));
}

}  // namespace lode
