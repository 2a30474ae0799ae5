// The logits of a relaxation, with Adam.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <utility>
#include <vector>

#include "toolkit/mixtures/relaxation.h"

namespace lode::mixtures {

struct AdamConfig {
  double learning_rate = 3e-4;
  double weight_decay = 1e-3;  // is added to the gradient
  double beta1 = 0.5, beta2 = 0.999;
};

// Logits with Adam's moments (Kingma and Ba, ICLR 2015, algorithm 1, epsilon 1e-8).
class Logits {
 public:
  Logits(Relaxation relaxation, const AdamConfig& adam);

  // Sets the logits to normal numbers with this standard deviation, and the moments to 0.
  void Initialize(Random random, double deviation);
  // A step of Adam down this gradient in the logits.
  void Descend(std::span<const double> gradient);
  // A plain step: logits - rate * amounts. The softmax takes an exponentiated-gradient step.
  void Subtract(std::span<const double> amounts, double rate);

  const Relaxation& relaxation() const { return relaxation_; }
  // See Relaxation.
  void Restrict(ArchitectureView operations) { relaxation_.Restrict(operations); }
  const std::vector<double>& values() const { return values_; }
  // The mixture that they stand for.
  Mixture Mix() const { return relaxation_.Mix(values_); }
  // The gradient in the logits of a function with this gradient in their mixture.
  std::vector<double> Backpropagate(std::span<const double> gradient) const {
    return relaxation_.Backpropagate(values_, gradient);
  }

  void Save(Writer& writer) const;
  // Throws IoError for numbers that Save does not write; *this is then unchanged.
  void Load(Reader& reader);

 private:
  Relaxation relaxation_;
  AdamConfig adam_;
  std::vector<double> values_, first_, second_;
  std::uint64_t steps_ = 0;
};

}  // namespace lode::mixtures
