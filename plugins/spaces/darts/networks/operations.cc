#include "plugins/spaces/darts/networks/operations.h"

#include "toolkit/training/depthwise.h"
#include "toolkit/training/normalized_sum.h"

namespace darts {
namespace {

using lode::training::BatchNorm;
using lode::training::Pass;
using lode::training::Term;
using torch::Tensor;
using torch::indexing::None;
using torch::indexing::Slice;

bool IsPool(Operation operation) { return operation == kMaxPool3x3 || operation == kAvgPool3x3; }

bool IsSeparable(Operation operation) {
  return operation == kSepConv3x3 || operation == kSepConv5x5;
}

bool IsConvolution(Operation operation) {
  return IsSeparable(operation) || operation == kDilConv3x3 || operation == kDilConv5x5;
}

std::int64_t KernelOf(Operation convolution) {
  return convolution == kSepConv3x3 || convolution == kDilConv3x3 ? 3 : 5;
}

// Pixels in rows and columns first, first + 2, ....
Tensor EverySecondPixel(const Tensor& x, std::int64_t first) {
  const Slice every_second(first, None, 2);
  return x.index({Slice(), Slice(), every_second, every_second})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor Plus(const Tensor& x, const Tensor& sum) { return sum.defined() ? x + sum : x; }

}  // namespace

FactorizedReductionImpl::FactorizedReductionImpl(std::int64_t in, std::int64_t out,
                                                 FirstWeights& weights, bool affine)
    : even_(register_parameter("even", weights.Convolution(in, out / 2, 1))),
      odd_(register_parameter("odd", weights.Convolution(in, out / 2, 1))),
      norm_(register_module("norm", BatchNorm(out, affine))) {}

Tensor FactorizedReductionImpl::forward(const Tensor& positive, const Pass& pass) {
  return lode::training::NormalizedSum(norm_, Convolve(positive), {}, pass);
}

Tensor FactorizedReductionImpl::Convolve(const Tensor& positive) const {
  // As convolutions of stride 1 on every second pixel: oneDNN 2.6.3, in Debian's LibTorch, corrupts
  // memory in the gradients of 1x1 convolutions of stride 2 with few channels.
  return torch::cat({torch::conv2d(EverySecondPixel(positive, 0), even_),
                     torch::conv2d(EverySecondPixel(positive, 1), odd_)},
                    1);
}

SeparableConvolutionImpl::SeparableConvolutionImpl(std::int64_t channels, std::int64_t kernel,
                                                   std::int64_t stride, std::int64_t dilation,
                                                   FirstWeights& weights, bool affine)
    : depthwise_(register_parameter("depthwise", weights.Convolution(1, channels, kernel))),
      stride_(stride),
      dilation_(dilation),
      pointwise_(
          register_module("pointwise", ConvNorm(channels, channels, 1, 1, weights, affine))) {}

Tensor SeparableConvolutionImpl::Convolve(const Tensor& positive) const {
  return pointwise_->Convolve(
      lode::training::DepthwiseConvolution(positive, depthwise_, stride_, dilation_));
}

EdgeModuleImpl::EdgeModuleImpl(Operation operation, std::int64_t channels, std::int64_t stride,
                               FirstWeights& weights, const OperationStyle& style)
    : operation_(operation), stride_(stride) {
  if (operation == kSkipConnect && stride == 2) {
    reduction_ = register_module("reduction",
                                 FactorizedReduction(channels, channels, weights, style.affine));
  }
  if (IsPool(operation) && style.normalizes_pools) {
    norm_ = register_module("norm", BatchNorm(channels, style.affine));
  }
  if (!IsConvolution(operation)) { return; }
  const std::int64_t kernel = KernelOf(operation);
  if (IsSeparable(operation)) {
    first_ = register_module(
        "first", SeparableConvolution(channels, kernel, stride, 1, weights, style.affine));
    last_ = register_module("last",
                            SeparableConvolution(channels, kernel, 1, 1, weights, style.affine));
  } else {
    last_ = register_module(
        "last", SeparableConvolution(channels, kernel, stride, 2, weights, style.affine));
  }
}

Tensor EdgeModuleImpl::forward(Features& x, const Tensor& sum, const Pass& pass) {
  Term term = Apply(x, pass);
  if (pass.drops() && !is_identity()) {
    return Plus((*pass.drop_path)(lode::training::ValueOf(term, pass)), sum);
  }
  return term.norm.is_empty() ? Plus(term.x, sum)
                              : lode::training::NormalizedSum(term.norm, term.x, sum, pass);
}

Term EdgeModuleImpl::Apply(Features& x, const Pass& pass) {
  if (is_identity()) { return {x.whole()}; }
  if (IsPool(operation_)) { return {Pool(x.whole()), norm_}; }
  if (operation_ == kSkipConnect) {
    return {reduction_->Convolve(x.positive()), reduction_->norm()};
  }
  return Convolve(x.positive(), pass);
}

Tensor EdgeModuleImpl::Pool(const Tensor& x) const {
  if (operation_ == kMaxPool3x3) { return torch::max_pool2d(x, 3, stride_, 1); }
  return torch::avg_pool2d(x, 3, stride_, 1, false, /*count_include_pad=*/false);
}

Term EdgeModuleImpl::Convolve(const Tensor& positive, const Pass& pass) {
  Tensor x = positive;
  if (!first_.is_empty()) {
    x = lode::training::NormalizedRelu(first_->norm(), first_->Convolve(x), pass);
  }
  return {last_->Convolve(x), last_->norm()};
}

}  // namespace darts
