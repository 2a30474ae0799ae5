// Perturbations of mixtures (Chen and Hsieh, Stabilizing Differentiable Architecture Search via
// Perturbation-based Regularization, ICML 2020), as the authors' program has them.
//
// Only operations are perturbed, not the weights of edges: each factor of an operation by at most
// epsilon. Then those of each row are clamped to [0, 1] and divided by their sum; if all are 0, the
// one that was the largest becomes 1. Excluded operations stay 0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/mixtures/relaxation.h"

namespace lode::mixtures {

// Adds uniform noise to factors (SDARTS-RS).
std::vector<double> PerturbRandomly(const Relaxation& relaxation, Random random,
                                    std::span<const double> factors, double epsilon);

// Returns the loss of a mixture. Fills its exact gradient, unless that is empty.
using LossFunction =
    std::function<double(std::span<const double> mixture, std::span<double> gradient)>;

// Looks for the factors of the largest loss (SDARTS-ADV), by projected gradient ascent: after a
// random perturbation, each of 7 steps adds 2 epsilon / 7 times the sign of the gradient, and goes
// back into the epsilon cube. Returns `factors` if their loss is larger.
std::vector<double> PerturbAdversarially(const Relaxation& relaxation, Random random,
                                         std::span<const double> factors, double epsilon,
                                         const LossFunction& loss);

}  // namespace lode::mixtures
