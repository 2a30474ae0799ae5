// The parts of a Once-for-All layer (Cai et al., ICLR 2020, section 3.2). Sub-networks share their
// weights: a smaller part is the first channels of a larger one, and a smaller kernel is the middle
// of a larger one, multiplied by a matrix. A pass through a smaller part works on views of the
// larger one's weights.
//
// Sorting puts the most important channels first, so that smaller parts get them; a part computes
// the same before and after it. Sorting is within groups: `ends` are where they end, ascending, the
// last at the number of channels.
//
// Tensors are (images, channels, height, width), in channels-last for speed. Parameters and buffers
// have the names that the authors' program gives them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "plugins/spaces/ofa/cost.h"
#include "toolkit/training/batch_norm.h"
#include "toolkit/training/first_weights.h"

namespace ofa {

using lode::training::BatchNorm;
using lode::training::FirstWeights;
using lode::training::Pass;

// A part of one size, or one that has parts. In the second form modules are within one more of the
// same name: conv.conv.weight is that form's conv.weight.
enum class Form { kPlain, kElastic };

// The activation of norm(x).
torch::Tensor Activated(BatchNorm norm, const torch::Tensor& x, Activation activation,
                        const Pass& pass);

// A convolution without bias, conv.weight, and its norm, bn.*.
class ConvolutionImpl : public torch::nn::Module {
 public:
  ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                  Form form, FirstWeights& weights);

  // The convolution to the first `out` channels from the first ones, as many as x has.
  torch::Tensor Convolve(const torch::Tensor& x, std::int64_t out) const;
  BatchNorm Norm(std::int64_t out) const { return norm_->First(out); }
  // Copies the first weights of a larger one, as many as this has.
  void Inherit(const ConvolutionImpl& larger);

  // Its input channels, each group's by the sum of their weights' sizes, the highest first.
  torch::Tensor OrderOfInputs(std::span<const std::int64_t> ends) const;
  void PutInputsIn(const torch::Tensor& order);
  void PutOutputsIn(const torch::Tensor& order);

 private:
  torch::Tensor weight_;
  BatchNorm norm_ = nullptr;
  std::int64_t stride_;
};
TORCH_MODULE(Convolution);

// Squeeze-and-excitation (Hu, Shen and Sun, CVPR 2018): fc.reduce.* and fc.expand.*.
class ExcitationImpl : public torch::nn::Module {
 public:
  // squeezed: channels in between.
  ExcitationImpl(std::int64_t channels, std::int64_t squeezed, FirstWeights& weights);

  // With the first `squeezed` channels in between.
  torch::Tensor forward(const torch::Tensor& x, std::int64_t squeezed) const;
  void Inherit(const ExcitationImpl& larger);

  void PutChannelsIn(const torch::Tensor& order);
  // Sorts the channels in between by the sum of the sizes of what leads from them.
  void Sort(std::span<const std::int64_t> ends);

 private:
  torch::Tensor reduce_, reduce_bias_, expand_, expand_bias_;
};
TORCH_MODULE(Excitation);

// A depthwise convolution, conv.weight, its norm, bn.*, its activation, and what follows: se.* if
// `squeezed` is not 0. The elastic form has a kernel of 7x7 and two matrices, conv.7to5_matrix and
// conv.5to3_matrix, at first the identity.
class DepthwiseImpl : public torch::nn::Module {
 public:
  DepthwiseImpl(const InvertedResidual& largest, Form form, FirstWeights& weights);

  // The first shape.mid channels, with its kernel. REQUIRES: no larger than `largest`; of its size
  // in the plain form.
  torch::Tensor forward(const torch::Tensor& x, const InvertedResidual& shape, const Pass& pass);
  void Inherit(const DepthwiseImpl& larger, const InvertedResidual& shape);

  // Puts the channels in the order, and sorts those that the excitation has in between.
  void Sort(const torch::Tensor& order, std::span<const std::int64_t> squeezed_ends);

 private:
  torch::Tensor KernelOf(const InvertedResidual& shape) const;

  torch::Tensor weight_, matrix_7to5_, matrix_5to3_;
  BatchNorm norm_ = nullptr;
  Excitation excitation_ = nullptr;
};
TORCH_MODULE(Depthwise);

// A layer: inverted_bottleneck.* unless it does not expand, depth_conv.*, point_linear.*.
class LayerImpl : public torch::nn::Module {
 public:
  LayerImpl(const InvertedResidual& largest, Form form, FirstWeights& weights);

  // As DepthwiseImpl.
  torch::Tensor forward(const torch::Tensor& x, const InvertedResidual& shape, const Pass& pass);
  // Copies what the shape has of a larger layer: its kernels as they are after the matrices.
  void Inherit(const LayerImpl& larger, const InvertedResidual& shape);

  // Sorts the channels between expansion and projection by the sum of the sizes of the weights that
  // lead from them to the output, within groups that end at the mid channels of `shapes`; these
  // are ascending, the last the largest. Likewise the excitation's.
  void Sort(std::span<const InvertedResidual> shapes);

 private:
  Convolution expansion_ = nullptr;
  Depthwise depthwise_ = nullptr;
  Convolution projection_ = nullptr;
};
TORCH_MODULE(Layer);

}  // namespace ofa
