#include "plugins/spaces/ofa/networks/elastic.h"

#include <ATen/record_function.h>

#include <memory>
#include <tuple>
#include <vector>

#include "toolkit/training/depthwise.h"
#include "toolkit/training/normalized_sum.h"

namespace ofa {
namespace {

using lode::training::MomentNames;
using torch::Tensor;

using SharedModule = std::shared_ptr<torch::nn::Module>;

SharedModule AddModule(torch::nn::Module& parent, const char* name) {
  return parent.register_module(name, std::make_shared<torch::nn::Module>());
}

// The parent of what has this name in a form.
torch::nn::Module& ParentOf(torch::nn::Module& part, const char* name, Form form) {
  return form == Form::kElastic ? *AddModule(part, name) : part;
}

BatchNorm AddNorm(torch::nn::Module& part, std::int64_t channels, Form form) {
  return ParentOf(part, "bn", form)
      .register_module("bn", BatchNorm(channels, /*affine=*/true, MomentNames::kPyTorch));
}

Tensor First(const Tensor& weight, std::int64_t out) { return weight.narrow(0, 0, out); }

// The filters of the first `out` channels on the first `in`.
Tensor First(const Tensor& weight, std::int64_t out, std::int64_t in) {
  return First(weight, out).narrow(1, 0, in);
}

// Copies the first elements of `from`, as many as `to` has.
void CopyFirst(const Tensor& to, const Tensor& from) {
  const torch::NoGradGuard no_grad;
  to.copy_(to.dim() > 1 ? First(from, to.size(0), to.size(1)) : First(from, to.size(0)));
}

void CopyFirst(const BatchNorm& to, const BatchNorm& from) {
  CopyFirst(to->weight, from->weight);
  CopyFirst(to->bias, from->bias);
  CopyFirst(to->running_mean, from->running_mean);
  CopyFirst(to->running_variance, from->running_variance);
}

// The middle of each kernel, times a matrix. Observers do not see it: they count what is computed
// for an image.
Tensor Transformed(const Tensor& kernels, const Tensor& matrix) {
  const at::DisableRecordFunctionGuard unseen;
  const std::int64_t side = kernels.size(2) - 2;
  const Tensor middle = kernels.narrow(2, 1, side).narrow(3, 1, side);
  return torch::linear(middle.flatten(1), matrix).view({-1, 1, side, side});
}

// The sum of each input channel's sizes.
Tensor ImportanceOf(const Tensor& weight) { return weight.detach().abs().sum({0, 2, 3}); }

// Positions by importance, the highest first, within groups.
Tensor OrderBy(const Tensor& importance, std::span<const std::int64_t> ends) {
  std::vector<Tensor> order;
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    const Tensor group = importance.narrow(0, begin, end - begin);
    order.push_back(begin + std::get<1>(group.sort(/*stable=*/true, 0, /*descending=*/true)));
    begin = end;
  }
  return torch::cat(order);
}

void PutIn(const Tensor& order, std::int64_t dimension, const Tensor& values) {
  const torch::NoGradGuard no_grad;
  values.copy_(values.index_select(dimension, order));
}

void PutIn(const Tensor& order, const BatchNorm& norm) {
  for (const Tensor* values :
       {&norm->weight, &norm->bias, &norm->running_mean, &norm->running_variance}) {
    PutIn(order, 0, *values);
  }
}

}  // namespace

Tensor Activated(BatchNorm norm, const Tensor& x, Activation activation, const Pass& pass) {
  if (activation == Activation::kRelu) { return lode::training::NormalizedRelu(norm, x, pass); }
  Tensor normalized = lode::training::NormalizedSum(norm, x, {}, pass);
  return torch::GradMode::is_enabled() ? torch::hardswish(normalized)
                                       : torch::hardswish_(normalized);
}

ConvolutionImpl::ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                 std::int64_t stride, Form form, FirstWeights& weights)
    : stride_(stride) {
  weight_ = AddModule(ParentOf(*this, "conv", form), "conv")
                ->register_parameter("weight", weights.Convolution(in, out, kernel));
  norm_ = AddNorm(*this, out, form);
}

Tensor ConvolutionImpl::Convolve(const Tensor& x, std::int64_t out) const {
  return torch::conv2d(x, First(weight_, out, x.size(1)), {}, stride_, weight_.size(2) / 2);
}

void ConvolutionImpl::Inherit(const ConvolutionImpl& larger) {
  CopyFirst(weight_, larger.weight_);
  CopyFirst(norm_, larger.norm_);
}

Tensor ConvolutionImpl::OrderOfInputs(std::span<const std::int64_t> ends) const {
  return OrderBy(ImportanceOf(weight_), ends);
}

void ConvolutionImpl::PutInputsIn(const Tensor& order) { PutIn(order, 1, weight_); }

void ConvolutionImpl::PutOutputsIn(const Tensor& order) {
  PutIn(order, 0, weight_);
  PutIn(order, norm_);
}

ExcitationImpl::ExcitationImpl(std::int64_t channels, std::int64_t squeezed,
                               FirstWeights& weights) {
  const SharedModule fc = AddModule(*this, "fc");
  const SharedModule reduce = AddModule(*fc, "reduce"), expand = AddModule(*fc, "expand");
  reduce_ = reduce->register_parameter("weight", weights.Convolution(channels, squeezed, 1));
  reduce_bias_ = reduce->register_parameter("bias", torch::zeros(squeezed));
  expand_ = expand->register_parameter("weight", weights.Convolution(squeezed, channels, 1));
  expand_bias_ = expand->register_parameter("bias", torch::zeros(channels));
}

// Of a single pixel, the 1x1 convolutions are linear layers.
Tensor ExcitationImpl::forward(const Tensor& x, std::int64_t squeezed) const {
  const std::int64_t channels = x.size(1);
  const Tensor reduced = torch::linear(
      x.mean({2, 3}), First(reduce_, squeezed, channels).flatten(1), First(reduce_bias_, squeezed));
  const Tensor expanded =
      torch::linear(torch::relu(reduced), First(expand_, channels, squeezed).flatten(1),
                    First(expand_bias_, channels));
  return x * torch::hardsigmoid(expanded).view({x.size(0), channels, 1, 1});
}

void ExcitationImpl::Inherit(const ExcitationImpl& larger) {
  CopyFirst(reduce_, larger.reduce_);
  CopyFirst(reduce_bias_, larger.reduce_bias_);
  CopyFirst(expand_, larger.expand_);
  CopyFirst(expand_bias_, larger.expand_bias_);
}

void ExcitationImpl::PutChannelsIn(const Tensor& order) {
  PutIn(order, 1, reduce_);
  PutIn(order, 0, expand_);
  PutIn(order, 0, expand_bias_);
}

void ExcitationImpl::Sort(std::span<const std::int64_t> ends) {
  const Tensor order = OrderBy(ImportanceOf(expand_), ends);
  PutIn(order, 0, reduce_);
  PutIn(order, 0, reduce_bias_);
  PutIn(order, 1, expand_);
}

DepthwiseImpl::DepthwiseImpl(const InvertedResidual& largest, Form form, FirstWeights& weights) {
  torch::nn::Module& conv = ParentOf(*this, "conv", form);
  if (form == Form::kElastic) {
    matrix_5to3_ = conv.register_parameter("5to3_matrix", torch::eye(3 * 3));
    matrix_7to5_ = conv.register_parameter("7to5_matrix", torch::eye(5 * 5));
  }
  weight_ = AddModule(conv, "conv")
                ->register_parameter("weight", weights.Convolution(1, largest.mid, largest.kernel));
  norm_ = AddNorm(*this, largest.mid, form);
  if (largest.squeezed > 0) {
    excitation_ = register_module("se", Excitation(largest.mid, largest.squeezed, weights));
  }
}

Tensor DepthwiseImpl::KernelOf(const InvertedResidual& shape) const {
  Tensor kernel = First(weight_, shape.mid);
  if (kernel.size(2) == shape.kernel) { return kernel; }
  kernel = Transformed(kernel, matrix_7to5_);
  return shape.kernel == 5 ? kernel : Transformed(kernel, matrix_5to3_);
}

Tensor DepthwiseImpl::forward(const Tensor& x, const InvertedResidual& shape, const Pass& pass) {
  const Tensor convolved =
      lode::training::DepthwiseConvolution(x, KernelOf(shape), shape.stride, /*dilation=*/1);
  const Tensor active = Activated(norm_->First(shape.mid), convolved, shape.activation, pass);
  return excitation_.is_empty() ? active : excitation_(active, shape.squeezed);
}

void DepthwiseImpl::Inherit(const DepthwiseImpl& larger, const InvertedResidual& shape) {
  CopyFirst(weight_, larger.KernelOf(shape));
  CopyFirst(norm_, larger.norm_);
  if (!excitation_.is_empty()) { excitation_->Inherit(*larger.excitation_); }
}

void DepthwiseImpl::Sort(const Tensor& order, std::span<const std::int64_t> squeezed_ends) {
  PutIn(order, 0, weight_);
  PutIn(order, norm_);
  if (excitation_.is_empty()) { return; }
  excitation_->PutChannelsIn(order);
  excitation_->Sort(squeezed_ends);
}

LayerImpl::LayerImpl(const InvertedResidual& largest, Form form, FirstWeights& weights) {
  const std::int64_t in = largest.in.channels;
  if (largest.HasExpansion()) {
    expansion_ =
        register_module("inverted_bottleneck", Convolution(in, largest.mid, 1, 1, form, weights));
  }
  depthwise_ = register_module("depth_conv", Depthwise(largest, form, weights));
  projection_ = register_module(
      "point_linear", Convolution(largest.mid, largest.out.channels, 1, 1, form, weights));
}

Tensor LayerImpl::forward(const Tensor& x, const InvertedResidual& shape, const Pass& pass) {
  Tensor y = x;
  if (!expansion_.is_empty()) {
    y = Activated(expansion_->Norm(shape.mid), expansion_->Convolve(x, shape.mid), shape.activation,
                  pass);
  }
  y = projection_->Convolve(depthwise_(y, shape, pass), shape.out.channels);
  BatchNorm norm = projection_->Norm(shape.out.channels);
  return lode::training::NormalizedSum(norm, y, shape.HasShortcut() ? x : Tensor(), pass);
}

void LayerImpl::Inherit(const LayerImpl& larger, const InvertedResidual& shape) {
  if (!expansion_.is_empty()) { expansion_->Inherit(*larger.expansion_); }
  depthwise_->Inherit(*larger.depthwise_, shape);
  projection_->Inherit(*larger.projection_);
}

void LayerImpl::Sort(std::span<const InvertedResidual> shapes) {
  std::vector<std::int64_t> ends, squeezed_ends;
  for (const InvertedResidual& shape : shapes) {
    ends.push_back(shape.mid);
    squeezed_ends.push_back(shape.squeezed);
  }
  const Tensor order = projection_->OrderOfInputs(ends);
  projection_->PutInputsIn(order);
  depthwise_->Sort(order, squeezed_ends);
  if (!expansion_.is_empty()) { expansion_->PutOutputsIn(order); }
}

}  // namespace ofa
