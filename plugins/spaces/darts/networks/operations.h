// The operations on the edges of a DARTS cell (Liu et al., DARTS, ICLR 2019, section 3.1.1).
//
// Convolutions have no biases. All tensors are (images, channels, height, width), in channels-last
// for speed; a stride of 2 takes maps of even height and width.
#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "plugins/spaces/darts/genotype.h"
#include "toolkit/training/batch_norm.h"
#include "toolkit/training/conv_norm.h"
#include "toolkit/training/features.h"
#include "toolkit/training/mixture.h"

namespace darts {

using lode::training::ConvNorm;
using lode::training::Features;
using lode::training::FirstWeights;

// In what the networks that are trained from scratch and supernets differ.
struct OperationStyle {
  bool affine = true;             // norms have weights and biases
  bool normalizes_pools = false;  // a batch norm follows each pool
};

// Halves the maps: two 1x1 convolutions of stride 2 with half of the output's channels each, the
// second on the map without its first row and column, joined, and batch norm.
class FactorizedReductionImpl : public torch::nn::Module {
 public:
  // `out` is even.
  FactorizedReductionImpl(std::int64_t in, std::int64_t out, FirstWeights& weights,
                          bool affine = true);
  // `positive`: what ReLU leaves of the input.
  torch::Tensor forward(const torch::Tensor& positive, const lode::training::Pass& pass);
  // Only the convolutions: the caller applies the norm.
  torch::Tensor Convolve(const torch::Tensor& positive) const;
  lode::training::BatchNorm& norm() { return norm_; }

 private:
  torch::Tensor even_, odd_;
  lode::training::BatchNorm norm_ = nullptr;
};
TORCH_MODULE(FactorizedReduction);

// A depthwise and a 1x1 convolution, which the caller's batch norm follows.
class SeparableConvolutionImpl : public torch::nn::Module {
 public:
  SeparableConvolutionImpl(std::int64_t channels, std::int64_t kernel, std::int64_t stride,
                           std::int64_t dilation, FirstWeights& weights, bool affine = true);
  torch::Tensor Convolve(const torch::Tensor& positive) const;
  lode::training::BatchNorm& norm() { return pointwise_->norm; }

 private:
  torch::Tensor depthwise_;
  std::int64_t stride_, dilation_;
  ConvNorm pointwise_ = nullptr;
};
TORCH_MODULE(SeparableConvolution);

// An operation on an edge of a cell. Parameters: first.* and last.* of a sep_conv, last.* of a
// dil_conv, reduction.* of a skip_connect of stride 2, norm.* of a pool that is normalized.
class EdgeModuleImpl : public torch::nn::Module {
 public:
  EdgeModuleImpl(Operation operation, std::int64_t channels, std::int64_t stride,
                 FirstWeights& weights, const OperationStyle& style = {});
  // Applies the operation, which drop-path may drop unless it is the identity, and adds `sum` if it
  // is defined.
  torch::Tensor forward(Features& x, const torch::Tensor& sum, const lode::training::Pass& pass);
  // The operation before its last norm; drops nothing.
  lode::training::Term Apply(Features& x, const lode::training::Pass& pass);
  bool is_identity() const { return operation_ == kSkipConnect && stride_ == 1; }

 private:
  torch::Tensor Pool(const torch::Tensor& x) const;
  lode::training::Term Convolve(const torch::Tensor& positive, const lode::training::Pass& pass);

  Operation operation_;
  std::int64_t stride_;
  FactorizedReduction reduction_ = nullptr;
  SeparableConvolution first_ = nullptr, last_ = nullptr;
  lode::training::BatchNorm norm_ = nullptr;  // of a pool
};
TORCH_MODULE(EdgeModule);

}  // namespace darts
