// Compares gradients of mixtures with differences, for tests of families of networks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <vector>

#include "toolkit/training/mixture.h"

namespace lode::training {

// Weights in [0.25, 1.25), and 0 where `is_absent` says so.
template <class IsAbsent>
std::vector<double> MixtureFor(std::size_t cells, const IsAbsent& is_absent) {
  std::vector<double> weights;
  std::uint32_t bits = 7;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    bits = bits * 1664525U + 1013904223U;  // Numerical Recipes' generator
    weights.push_back(is_absent(cell) ? 0 : 0.25 + static_cast<double>(bits >> 8) * 0x1p-24);
  }
  return weights;
}

// A network's loss as a function of a mixture, in double precision.
using MixtureLoss = std::function<torch::Tensor(const Mixture& mixture)>;

inline torch::Tensor GradientOf(const MixtureLoss& loss, const std::vector<double>& weights,
                                Absent absent) {
  const Mixture mixture(weights, absent, torch::kDouble);
  return torch::autograd::grad({loss(mixture)}, {mixture.all()})[0];
}

// The central difference of the loss in the weight of a cell.
inline double DifferenceOf(const MixtureLoss& loss, std::vector<double> weights, std::size_t cell) {
  constexpr double kStep = 1e-6;
  const torch::NoGradGuard no_grad;
  const auto at = [&](double weight) {
    weights[cell] = weight;
    return loss(Mixture(weights, Absent::kZero, torch::kDouble)).item<double>();
  };
  const double middle = weights[cell];
  const double ahead = at(middle + kStep);
  return (ahead - at(middle - kStep)) / (2 * kStep);
}

// Where a weight is not 0, the gradient equals the difference; elsewhere it does if it is asked
// for, and otherwise is 0.
inline void ExpectExactGradient(const MixtureLoss& loss, const std::vector<double>& weights) {
  const torch::Tensor plain = GradientOf(loss, weights, Absent::kZero);
  const torch::Tensor exact = GradientOf(loss, weights, Absent::kExact);
  const double scale = exact.abs().max().item<double>();
  for (std::size_t cell = 0; cell < weights.size(); ++cell) {
    const auto at = [&](const torch::Tensor& gradient) {
      return gradient[static_cast<std::int64_t>(cell)].item<double>();
    };
    const double difference = DifferenceOf(loss, weights, cell);
    EXPECT_NEAR(at(exact), difference, 1e-5 * scale) << cell;
    EXPECT_NEAR(at(plain), weights[cell] != 0 ? difference : 0, 1e-5 * scale) << cell;
  }
}

}  // namespace lode::training
