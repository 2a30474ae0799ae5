// kernels/channels_last.h on tensors: (images, channels, height, width), float32 on the CPU, dense
// in the memory format channels-last. Work is distributed over LibTorch's threads; results do not
// depend on their number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <vector>

namespace lode::training {

// One float for each channel.
using Channels = std::vector<float>;

// Whether these functions accept a tensor.
bool IsChannelsLast(const torch::Tensor& x);

// A tensor of x's shape with uninitialized elements.
torch::Tensor EmptyLike(const torch::Tensor& x);

// scale * x + shift for each channel; if empty: 1 and 0.
struct Addend {
  torch::Tensor x;
  Channels scale{};
  Channels shift{};
};

// The output of a sum: the sum itself, its positive part, or both; at least one is defined. `sum`
// may be one of the addends.
struct SumTarget {
  torch::Tensor sum;
  torch::Tensor relu;
};

// REQUIRES: 1 to kernels::kMostTerms addends.
void Sum(const std::vector<Addend>& addends, const SumTarget& target);

// dx = (gate > 0 ? sum of gated : 0) + sum of plain. `dx` may be one of `plain`. REQUIRES: at most
// kernels::kMostTerms / 2 of each.
void GatedSum(const torch::Tensor& gate, const std::vector<torch::Tensor>& gated,
              const std::vector<torch::Tensor>& plain, const torch::Tensor& dx);

// out (+)= average pooling, 3x3, stride 1, padding 1 that is not counted.
void AveragePool(const torch::Tensor& x, const torch::Tensor& out, bool accumulate);
// dx (+)= its gradient.
void AveragePoolGradient(const torch::Tensor& dy, const torch::Tensor& dx, bool accumulate);

// Mean and variance (divided by the number of pixels) over all images' pixels.
struct Moments {
  Channels mean;
  Channels variance;
};
Moments MomentsOf(const torch::Tensor& x);

// Sums over all images' pixels: the sum of dy, and the sum of dy (x - mean).
struct GradientSums {
  Channels gradient;
  Channels product;
};
GradientSums GradientSumsOf(const torch::Tensor& dy, const torch::Tensor& x, const Channels& mean);

}  // namespace lode::training
