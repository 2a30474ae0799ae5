#include "plugins/training/conv_norm.h"

#include <cmath>

#include "plugins/training/normalized_sum.h"

namespace training {

torch::Tensor DrawConvolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                              at::Generator& random) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(out * kernel * kernel));
  return torch::empty({out, in, kernel, kernel})
      .normal_(0, deviation, random)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

ConvNormImpl::ConvNormImpl(std::int64_t in, std::int64_t out, std::int64_t kernel,
                           std::int64_t stride, at::Generator& random)
    : weight(register_parameter("weight", DrawConvolution(in, out, kernel, random))),
      norm(register_module("norm", BatchNorm(out))),
      stride_(stride) {}

torch::Tensor ConvNormImpl::Convolve(const torch::Tensor& x) const {
  return torch::conv2d(x, weight, {}, stride_, weight.size(2) / 2);
}

torch::Tensor ConvNormImpl::Folded(const torch::Tensor& x) const {
  const Normalization n = norm->Running();
  const torch::Tensor scale = torch::tensor(n.scale).view({-1, 1, 1, 1});
  return torch::conv2d(x, weight * scale, torch::tensor(n.shift), stride_, weight.size(2) / 2);
}

torch::Tensor ConvNormImpl::forward(const torch::Tensor& x, const Pass& pass) {
  const bool folds = !pass.batch_moments && !torch::GradMode::is_enabled() && x.is_cpu();
  return folds ? Folded(x) : NormalizedSum(norm, Convolve(x), {}, pass);
}

}  // namespace training
