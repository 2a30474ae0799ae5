// What the networks are trained on instead of the trials' values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace lode::predictors {

enum class Scale {
  kStandard,  // (value - mean) / standard deviation
  kRanks,     // of the value's rank r = 1 ... n, from the worst: -log(1 - (r - 1/2) / n) - 1
};

// Returns the values on a scale with about mean 0 and deviation 1, minus infinity as the least of
// the others; all 0 if the values are equal.
//
// With kRanks only the order of the values counts, and equal ones have the mean of their ranks:
// quantiles of the exponential distribution, which lie close together for the worse half and ever
// farther apart towards the best, where the networks are to tell one architecture from another.
//
// REQUIRES: a finite value, and none is NaN or plus infinity.
std::vector<double> TargetsOf(std::span<const double> values, Scale scale);

}  // namespace lode::predictors
