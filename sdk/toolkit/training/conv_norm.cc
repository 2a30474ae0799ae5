#include "toolkit/training/conv_norm.h"

#include "toolkit/training/normalized_sum.h"

namespace lode::training {

ConvNormImpl::ConvNormImpl(std::int64_t in, std::int64_t out, std::int64_t kernel,
                           std::int64_t stride, FirstWeights& weights, bool affine)
    : weight(register_parameter("weight", weights.Convolution(in, out, kernel))),
      norm(register_module("norm", BatchNorm(out, affine))),
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

}  // namespace lode::training
