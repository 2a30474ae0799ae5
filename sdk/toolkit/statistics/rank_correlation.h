// How well one list of numbers orders what another one measures.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace lode::statistics {

// Returns each value's rank, from 1 for the smallest; equal values have the mean of their ranks.
// REQUIRES: no NaN.
std::vector<double> Ranks(std::span<const double> values);

// Returns Spearman's rank correlation of two lists, in [-1, 1]; NaN if one has equal values only.
// REQUIRES: they are equally long, without NaN.
double SpearmanCorrelation(std::span<const double> a, std::span<const double> b);

}  // namespace lode::statistics
