// What relaxations with noise share: Gumbel noise and a number that changes with the epochs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace lode::mixtures {

// A number that changes linearly from epoch 0 on, and stays at `last` from epoch `epochs` on.
struct Annealing {
  double first, last;
  std::int64_t epochs;

  double At(std::uint64_t epoch) const {
    const auto end = static_cast<double>(epochs), now = static_cast<double>(epoch);
    return now >= end ? last : first + now / end * (last - first);
  }
};

// A draw from the standard Gumbel distribution.
inline double Gumbel(Random random) {
  double exponential = 0;
  while (exponential == 0) { exponential = -math::Log(1 - random.Uniform()); }
  return -math::Log(exponential);
}

// (a + G) / temperature for each logit a, with Gumbel noise G. The logarithm of a softmax, of which
// papers write, differs from its logits by a number for each group, which their softmax ignores.
inline std::vector<double> NoisyLogits(Random random, std::span<const double> logits,
                                       double temperature) {
  std::vector<double> noisy(logits.begin(), logits.end());
  for (double& logit : noisy) { logit = (logit + Gumbel(random)) / temperature; }
  return noisy;
}

}  // namespace lode::mixtures
