// Gradient descent on a network's parameters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "toolkit/training/schedule.h"

namespace lode::training {

struct TrainingConfig;

// The mean cross entropy, with the configured label smoothing.
torch::Tensor CrossEntropy(const torch::Tensor& logits, const torch::Tensor& labels,
                           const TrainingConfig& config);

// Stochastic gradient descent with momentum, weight decay, clipping and a schedule. A step changes
// only parameters that have a gradient.
class Descent {
 public:
  // `module` outlives *this. batches: of an epoch.
  Descent(torch::nn::Module& module, const TrainingConfig& config, std::size_t batches);

  std::uint64_t steps() const { return schedule_.steps; }  // of the schedule
  // From steps() on, the rate is the schedule's last one.
  double LearningRate(std::uint64_t step) const;
  // Removes the gradients of all parameters.
  void ForgetGradients();
  // Takes a step along the parameters' gradients.
  void Descend(std::uint64_t step);

  torch::optim::SGD& optimizer() { return optimizer_; }
  const torch::optim::SGD& optimizer() const { return optimizer_; }

 private:
  std::vector<torch::Tensor> parameters_;
  torch::optim::SGD optimizer_;
  Schedule schedule_;
  double clip_norm_;
};

}  // namespace lode::training
