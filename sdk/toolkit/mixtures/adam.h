// Adam on a list of doubles (Kingma and Ba, ICLR 2015, algorithm 1).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace lode::mixtures {

struct AdamConfig {
  double learning_rate = 3e-4;
  double weight_decay = 1e-3;  // is added to the gradient
  double beta1 = 0.5, beta2 = 0.999;
  double epsilon = 1e-8;
};

// Reads values of training, all below 1e6. Throws IoError for others; `values` is then partly read.
void ReadTrained(Reader& reader, std::span<double> values);

class Adam {
 public:
  Adam(std::size_t size, const AdamConfig& config) : config_(config), first_(size), second_(size) {}

  // Takes one step of `values` down this gradient.
  void Descend(std::span<const double> gradient, std::span<double> values);

  void Save(Writer& writer) const;
  // Throws IoError for numbers that Save does not write; *this is then unchanged.
  void Load(Reader& reader);

 private:
  AdamConfig config_;
  std::vector<double> first_, second_;
  std::uint64_t steps_ = 0;
};

}  // namespace lode::mixtures
