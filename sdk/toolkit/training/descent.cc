#include "toolkit/training/descent.h"

#include <algorithm>

#include "toolkit/training/trainer.h"

namespace lode::training {
namespace {

using torch::Tensor;

Schedule ScheduleOf(const TrainingConfig& config, std::size_t batches) {
  const auto steps = static_cast<std::uint64_t>(config.epochs) * batches;
  const double warm_up = config.warm_up_epochs * static_cast<double>(batches);
  return {config.learning_rate,
          config.final_learning_rate,
          steps,
          static_cast<std::uint64_t>(warm_up),
          config.schedule == "epoch" ? batches : 1,
          config.decay == "linear"};
}

torch::optim::SGDOptions OptionsOf(const TrainingConfig& config) {
  return torch::optim::SGDOptions(config.learning_rate)
      .momentum(config.momentum)
      .nesterov(config.nesterov)
      .weight_decay(config.weight_decay);
}

}  // namespace

Tensor CrossEntropy(const Tensor& logits, const Tensor& labels, const TrainingConfig& config) {
  return torch::nn::functional::cross_entropy(
      logits, labels,
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(config.label_smoothing));
}

Descent::Descent(torch::nn::Module& module, const TrainingConfig& config, std::size_t batches)
    : optimizer_(module.parameters(), OptionsOf(config)),
      schedule_(ScheduleOf(config, batches)),
      clip_norm_(config.clip_norm) {}

double Descent::LearningRate(std::uint64_t step) const {
  return schedule_.LearningRate(std::min(step, schedule_.steps - 1));
}

void Descent::ForgetGradients() {
  for (const Tensor& parameter : optimizer_.param_groups()[0].params()) {
    parameter.mutable_grad().reset();
  }
}

void Descent::Descend(std::uint64_t step) {
  if (clip_norm_ > 0) {
    torch::nn::utils::clip_grad_norm_(optimizer_.param_groups()[0].params(), clip_norm_);
  }
  static_cast<torch::optim::SGDOptions&>(optimizer_.param_groups()[0].options())
      .lr(LearningRate(step));
  optimizer_.step();
}

}  // namespace lode::training
