// The softmax relaxation of a space's decisions (Liu et al., DARTS, ICLR 2019, eq. 2) and Adam on
// its logits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/sampling/rows.h"

namespace lode::mixtures {

using Mixture = std::vector<double>;  // a number for each cell of a space's matrices

// The softmax of each row of `logits`.
Mixture Softmax(const sampling::Rows& rows, std::span<const double> logits);

// The gradient in the logits of a function with this gradient in their softmax, `mixture`: in a
// row, m_c * (g_c - sum of m g).
Mixture SoftmaxGradient(const sampling::Rows& rows, std::span<const double> mixture,
                        std::span<const double> gradient);

struct AdamConfig {
  double learning_rate = 3e-4;
  double weight_decay = 1e-3;  // is added to the gradient
  double beta1 = 0.5, beta2 = 0.999;
};

// Logits with Adam's moments (Kingma and Ba, ICLR 2015, algorithm 1, epsilon 1e-8).
class Logits {
 public:
  Logits(const Space& space, const AdamConfig& adam);

  // Sets the logits to normal numbers with this standard deviation, and the moments to 0.
  void Initialize(Random random, double deviation);
  // A step of Adam.
  void Descend(std::span<const double> gradient);
  // A plain step: logits - rate * amounts. The softmax takes an exponentiated-gradient step.
  void Subtract(std::span<const double> amounts, double rate);

  const sampling::Rows& rows() const { return rows_; }
  const std::vector<double>& values() const { return values_; }
  Mixture Softmax() const { return mixtures::Softmax(rows_, values_); }

  void Save(Writer& writer) const;
  // Throws IoError for numbers that Save does not write; *this is then unchanged.
  void Load(Reader& reader);

 private:
  sampling::Rows rows_;
  AdamConfig adam_;
  std::vector<double> values_, first_, second_;
  std::uint64_t steps_ = 0;
};

}  // namespace lode::mixtures
