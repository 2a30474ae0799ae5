// The initial weights of a network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

namespace lode::training {

enum class Initialization {
  // Convolutions are normal with variance 2 / (out * kernel^2), from the fan out (He et al., ICCV
  // 2015); linear layers are normal with deviation 0.01 and have zero biases.
  kKaiming,
  // PyTorch's default: everything is uniform between -b and b, b = 1 / sqrt(fan in).
  kPyTorch,
};

// "kaiming" or "pytorch". REQUIRES: `name` is one of them.
Initialization InitializationOf(const std::string& name);

// Draws weights, one layer after the other, as a function of the seed and the order of the calls.
// The weights and biases of norms are always 1 and 0.
class FirstWeights {
 public:
  explicit FirstWeights(std::uint64_t seed,
                        Initialization initialization = Initialization::kKaiming);

  // (out, in, kernel, kernel), in channels-last, the format that convolutions expect.
  torch::Tensor Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel);
  torch::nn::Linear Linear(std::int64_t in, std::int64_t out);

 private:
  at::Generator random_;
  Initialization initialization_;
};

}  // namespace lode::training
