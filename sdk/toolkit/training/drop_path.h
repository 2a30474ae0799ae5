// What is dropped in training at random: whole edges of a network, or elements of tensors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace lode::training {

// Independently for each image, an edge's output is zero with probability p, and otherwise divided
// by 1 - p, so that its mean does not change (FractalNet, Larsson, Maire and Shakhnarovich, ICLR
// 2017, section 3.1; scaled and by image as DARTS trains its cells). Used by one thread.
class DropPath {
 public:
  // probability: in [0, 1). What is dropped is a function of the seed and the calls so far.
  DropPath(double probability, std::uint64_t seed);

  double probability() const { return probability_; }
  // x: (images, ...), on any device, with autograd.
  torch::Tensor operator()(const torch::Tensor& x);

 private:
  double probability_;
  at::Generator random_;  // undefined if nothing is dropped
};

// Dropout (Srivastava et al., JMLR 2014): independently, each element is zero with probability p,
// and otherwise divided by 1 - p. Used by one thread.
class Dropout {
 public:
  // probability: in (0, 1). What is dropped is a function of the seed and the calls so far.
  Dropout(double probability, std::uint64_t seed);

  // On any device, with autograd.
  torch::Tensor operator()(const torch::Tensor& x);

 private:
  double probability_;
  at::Generator random_;
};

}  // namespace lode::training
