// The parameters of a network in one piece, with their gradients and Adam's moments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/networks/mlp.h"

namespace arch2vec {

using lode::kernels::Padded;

// Layers reserve parts of it while the network is built, and refer to them by offset.
class Weights {
 public:
  // Returns the offset of `count` more values, all zero. REQUIRES: a multiple of kLanes.
  std::size_t Reserve(std::size_t count);

  std::size_t size() const { return values_.size(); }
  std::vector<float>& values() { return values_; }
  const std::vector<float>& values() const { return values_; }
  float* value(std::size_t offset) { return values_.data() + offset; }
  const float* value(std::size_t offset) const { return values_.data() + offset; }
  // Each layer's backward pass overwrites its part.
  float* gradient(std::size_t offset) { return gradients_.data() + offset; }
  const std::vector<float>& gradients() const { return gradients_; }

  // Scales the gradient to this Euclidean norm if it is longer.
  void ClipGradient(double norm);
  // Takes one step of Adam down the gradient.
  void Descend(const lode::networks::AdamSettings& adam);

 private:
  std::vector<float> values_, gradients_, first_moment_, second_moment_;
  std::uint64_t steps_ = 0;
};

}  // namespace arch2vec
