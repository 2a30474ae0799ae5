// A convolution followed by batch norm.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_TRAINING_CONV_NORM_H_
#define LODE_PLUGINS_TRAINING_CONV_NORM_H_

#include <torch/torch.h>

#include "plugins/training/batch_norm.h"
#include "plugins/training/first_weights.h"

namespace training {

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

}  // namespace training

#endif  // LODE_PLUGINS_TRAINING_CONV_NORM_H_
