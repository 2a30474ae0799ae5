// Learning rates by step.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace lode::training {

// Rises linearly to `peak` in warm_up_steps, the first of them at peak / warm_up_steps, and falls
// to `end`, which the step after the last one would reach: along half a cosine wave (SGDR,
// Loshchilov and Hutter, ICLR 2017, without restarts), or linearly.
struct Schedule {
  double peak = 0;
  double end = 0;
  std::uint64_t steps = 0;  // in total
  std::uint64_t warm_up_steps = 0;
  std::uint64_t period = 1;  // steps between changes of the rate
  bool linear = false;

  // The rate of step 0, 1, ..., steps - 1.
  double LearningRate(std::uint64_t step) const;
};

}  // namespace lode::training
