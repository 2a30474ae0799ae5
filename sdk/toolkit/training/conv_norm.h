// A convolution followed by batch norm.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include "toolkit/training/batch_norm.h"
#include "toolkit/training/first_weights.h"

namespace lode::training {

// Parameters weight, without bias, and norm.*. The image keeps its size at stride 1: kernel is odd.
class ConvNormImpl : public torch::nn::Module {
 public:
  ConvNormImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
               FirstWeights& weights, bool affine = true);
  // Only the convolution: the caller applies the norm.
  torch::Tensor Convolve(const torch::Tensor& x) const;
  // Both, with the running moments and without autograd, as one convolution: the norm's factors are
  // folded into its weights.
  torch::Tensor Folded(const torch::Tensor& x) const;
  // Both, folded where the result is the same except for rounding.
  torch::Tensor forward(const torch::Tensor& x, const Pass& pass);

  torch::Tensor weight;
  BatchNorm norm = nullptr;

 private:
  std::int64_t stride_;
};
TORCH_MODULE(ConvNorm);

}  // namespace lode::training
