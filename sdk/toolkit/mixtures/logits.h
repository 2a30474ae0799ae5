// The logits of a relaxation, with Adam.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <utility>
#include <vector>

#include "toolkit/mixtures/adam.h"
#include "toolkit/mixtures/relaxation.h"

namespace lode::mixtures {

// Logits of a relaxation that descend by Adam.
class Logits {
 public:
  Logits(Relaxation relaxation, const AdamConfig& adam)
      : relaxation_(std::move(relaxation)),
        config_(adam),
        adam_(relaxation_.size(), config_),
        values_(relaxation_.size()) {}

  // Sets the logits to normal numbers with this standard deviation, and Adam to its start.
  void Initialize(Random random, double deviation);
  // A step of Adam down this gradient in the logits.
  void Descend(std::span<const double> gradient) { adam_.Descend(gradient, values_); }
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
  AdamConfig config_;
  Adam adam_;
  std::vector<double> values_;
};

}  // namespace lode::mixtures
