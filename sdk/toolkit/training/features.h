// A tensor that several operations read, some of them after ReLU.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <utility>

namespace lode::training {

// ReLU is applied once for all.
class Features {
 public:
  Features() = default;
  explicit Features(torch::Tensor x) : x_(std::move(x)) {}
  const torch::Tensor& whole() const { return x_; }
  const torch::Tensor& positive() {
    if (!positive_.defined()) {
      // Also if the first to ask needs no gradients: others may.
      const torch::AutoGradMode tracked(x_.requires_grad());
      positive_ = torch::relu(x_);
    }
    return positive_;
  }

 private:
  torch::Tensor x_;
  torch::Tensor positive_;  // undefined before it is asked for
};

}  // namespace lode::training
