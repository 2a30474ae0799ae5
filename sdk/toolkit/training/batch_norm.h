// Batch normalization (Ioffe and Szegedy, ICML 2015) with either the batch's statistics or the
// running ones, depending on the pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include "toolkit/training/channels_last.h"
#include "toolkit/training/drop_path.h"

namespace lode::training {

// How a network processes its input.
struct Pass {
  // Normalize with the batch's own moments, and add them to the running ones with this weight.
  bool batch_moments = false;
  double momentum = 0;
  DropPath* drop_path = nullptr;    // null: no edge is dropped
  Dropout* skip_dropout = nullptr;  // of skip connections; null: nothing is dropped
  bool biased_variances = false;    // running variances are those of the batches' own pixels

  static Pass Training(DropPath* drop_path = nullptr) { return {true, 0.1, drop_path}; }
  // Uses the running moments and leaves them unchanged.
  static Pass Evaluation() { return {}; }
  // Uses the batch's moments, and leaves the running ones unchanged.
  Pass WithBatchMoments() const { return {true, 0, drop_path, skip_dropout}; }
  // The same pass, but it leaves the running moments unchanged and drops nothing.
  Pass WithoutEffects() const { return {batch_moments, 0}; }
  // The same pass, but it adds the batches' variances as they are, not as unbiased estimates.
  Pass WithBiasedVariances() const {
    return {batch_moments, momentum, drop_path, skip_dropout, true};
  }
  bool drops() const { return drop_path != nullptr && drop_path->probability() > 0; }
  // Batch after batch, the running moments become the mean of the batches' moments: `share` is the
  // fraction of the images so far that are in this batch, 1 in the first.
  static Pass Calibration(double share) { return {true, share, nullptr}; }
};

inline constexpr double kBatchNormEpsilon = 1e-5;

// The normalization of a tensor, per channel: scale * x + shift; and what its gradient needs.
struct Normalization {
  Channels mean;
  Channels inverse;  // 1 / sqrt(variance + epsilon)
  Channels scale;
  Channels shift;
};

// What a norm's buffers are called in files.
enum class MomentNames {
  kLode,     // running_mean, running_variance
  kPyTorch,  // running_mean, running_var, and num_batches_tracked, which is kept and not used
};

class BatchNorm;

// Parameters weight (1 at first) and bias (0), both undefined if the norm is not affine; buffers
// running_mean (0) and running_variance (1, unbiased).
class BatchNormImpl : public torch::nn::Module {
 public:
  explicit BatchNormImpl(std::int64_t channels, bool affine = true,
                         MomentNames names = MomentNames::kLode);

  // The norm of the first channels: its parameters and moments are views of this one's. REQUIRES:
  // this one is affine.
  BatchNorm First(std::int64_t channels) const;

  // With LibTorch's own operation, on any device, with autograd.
  torch::Tensor forward(const torch::Tensor& x, const Pass& pass);

  // The same in two halves: the factors for an x that IsChannelsLast; updates the running moments.
  Normalization Prepare(const torch::Tensor& x, const Pass& pass);
  // The factors from the running moments, for any x.
  Normalization Running() const;

  torch::Tensor weight, bias, running_mean, running_variance;

 private:
  struct Parts {
    torch::Tensor weight, bias, running_mean, running_variance;
  };
  explicit BatchNormImpl(Parts parts);

  Normalization By(const Moments& moments) const;
  void AddToRunning(const Moments& moments, std::int64_t pixels, const Pass& pass);
};
TORCH_MODULE(BatchNorm);

// The gradients of batch norm with the batch's own moments, for an output whose gradient is dy;
// that of x is written into `room`, which may be x.
struct BatchNormGradients {
  torch::Tensor x, weight, bias;
};
BatchNormGradients BatchNormBackward(const torch::Tensor& dy, const torch::Tensor& x,
                                     const Normalization& normalization, const torch::Tensor& room);

}  // namespace lode::training
