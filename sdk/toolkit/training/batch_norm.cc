#include "toolkit/training/batch_norm.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

namespace lode::training {
namespace {

using torch::Tensor;

Channels ToChannels(const Tensor& values) {
  const Tensor dense = values.detach().contiguous();
  const float* data = dense.data_ptr<float>();
  return {data, data + dense.numel()};
}

Tensor ToTensor(const Channels& values) { return torch::tensor(values); }

std::int64_t PixelCount(const Tensor& x) { return x.size(0) * x.size(2) * x.size(3); }

// What makes a variance of this many pixels an unbiased estimate.
double Unbiasing(std::int64_t pixels) {
  return static_cast<double>(pixels) / static_cast<double>(std::max<std::int64_t>(1, pixels - 1));
}

}  // namespace

BatchNormImpl::BatchNormImpl(std::int64_t channels, bool affine, MomentNames names)
    : weight(affine ? register_parameter("weight", torch::ones(channels)) : Tensor()),
      bias(affine ? register_parameter("bias", torch::zeros(channels)) : Tensor()),
      running_mean(register_buffer("running_mean", torch::zeros(channels))),
      running_variance(
          register_buffer(names == MomentNames::kPyTorch ? "running_var" : "running_variance",
                          torch::ones(channels))) {
  if (names == MomentNames::kPyTorch) {
    register_buffer("num_batches_tracked", torch::zeros({}, torch::kLong));
  }
}

BatchNormImpl::BatchNormImpl(Parts parts)
    : weight(std::move(parts.weight)),
      bias(std::move(parts.bias)),
      running_mean(std::move(parts.running_mean)),
      running_variance(std::move(parts.running_variance)) {}

BatchNorm BatchNormImpl::First(std::int64_t channels) const {
  const auto first = [&](const Tensor& whole) { return whole.narrow(0, 0, channels); };
  return BatchNorm(std::shared_ptr<BatchNormImpl>(new BatchNormImpl(
      Parts{first(weight), first(bias), first(running_mean), first(running_variance)})));
}

Tensor BatchNormImpl::forward(const Tensor& x, const Pass& pass) {
  const Tensor before = pass.biased_variances ? running_variance.clone() : Tensor();
  Tensor normalized =
      torch::batch_norm(x, weight, bias, running_mean, running_variance, pass.batch_moments,
                        pass.momentum, kBatchNormEpsilon, /*cudnn_enabled=*/true);
  if (before.defined()) {  // LibTorch adds unbiased variances
    const Tensor kept = before.mul_(1 - pass.momentum);
    running_variance.sub_(kept).div_(Unbiasing(PixelCount(x))).add_(kept);
  }
  return normalized;
}

Normalization BatchNormImpl::Prepare(const Tensor& x, const Pass& pass) {
  if (!pass.batch_moments) { return Running(); }
  const Moments moments = MomentsOf(x);
  AddToRunning(moments, PixelCount(x), pass);
  return By(moments);
}

Normalization BatchNormImpl::Running() const {
  return By({ToChannels(running_mean), ToChannels(running_variance)});
}

Normalization BatchNormImpl::By(const Moments& moments) const {
  const std::size_t channels = moments.mean.size();
  Normalization n{moments.mean, Channels(channels), Channels(channels), Channels(channels)};
  const float* weights = weight.defined() ? weight.data_ptr<float>() : nullptr;
  const float* biases = bias.defined() ? bias.data_ptr<float>() : nullptr;
  for (std::size_t c = 0; c < channels; ++c) {
    n.inverse[c] = static_cast<float>(
        1 / std::sqrt(static_cast<double>(moments.variance[c]) + kBatchNormEpsilon));
    n.scale[c] = (weights != nullptr ? weights[c] : 1) * n.inverse[c];
    n.shift[c] = (biases != nullptr ? biases[c] : 0) - n.mean[c] * n.scale[c];
  }
  return n;
}

// The running variance is the unbiased one, as is customary, unless the pass says otherwise.
void BatchNormImpl::AddToRunning(const Moments& moments, std::int64_t pixels, const Pass& pass) {
  float* mean = running_mean.data_ptr<float>();
  float* variance = running_variance.data_ptr<float>();
  const auto share = static_cast<float>(pass.momentum);
  const auto unbiased = static_cast<float>(pass.biased_variances ? 1 : Unbiasing(pixels));
  for (std::size_t c = 0; c < moments.mean.size(); ++c) {
    mean[c] = (1 - share) * mean[c] + share * moments.mean[c];
    variance[c] = (1 - share) * variance[c] + share * moments.variance[c] * unbiased;
  }
}

// dx = scale (dy - mean(dy) - (x - mean) inverse^2 mean(dy (x - mean))): a sum of dy and x with
// factors for each channel.
BatchNormGradients BatchNormBackward(const Tensor& dy, const Tensor& x,
                                     const Normalization& normalization, const Tensor& room) {
  const GradientSums sums = GradientSumsOf(dy, x, normalization.mean);
  const std::size_t channels = sums.gradient.size();
  const auto pixels = static_cast<float>(PixelCount(x));
  Channels weight(channels), of_x(channels), shift(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const float inverse = normalization.inverse[c];
    weight[c] = sums.product[c] * inverse;
    of_x[c] = -normalization.scale[c] * inverse * weight[c] / pixels;
    shift[c] =
        -normalization.scale[c] * sums.gradient[c] / pixels - normalization.mean[c] * of_x[c];
  }
  Sum({{dy, normalization.scale, shift}, {x, of_x}}, {room, {}});
  return {room, ToTensor(weight), ToTensor(sums.gradient)};
}

}  // namespace lode::training
