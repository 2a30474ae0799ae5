#include "toolkit/training/descent.h"

#include <algorithm>
#include <memory>
#include <utility>

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

// A group of all parameters, or one of those that are decayed and one of the others.
std::vector<torch::optim::OptimizerParamGroup> GroupsOf(const std::vector<Tensor>& parameters,
                                                        const TrainingConfig& config) {
  if (config.decay_norms) { return {parameters}; }
  std::vector<Tensor> decayed, others;
  for (const Tensor& parameter : parameters) {
    (parameter.dim() > 1 ? decayed : others).push_back(parameter);
  }
  auto options = std::make_unique<torch::optim::SGDOptions>(OptionsOf(config));
  options->weight_decay(0);
  return {decayed, {others, std::move(options)}};
}

}  // namespace

Tensor CrossEntropy(const Tensor& logits, const Tensor& labels, const TrainingConfig& config) {
  return torch::nn::functional::cross_entropy(
      logits, labels,
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(config.label_smoothing));
}

Descent::Descent(torch::nn::Module& module, const TrainingConfig& config, std::size_t batches)
    : parameters_(module.parameters()),
      optimizer_(GroupsOf(parameters_, config), OptionsOf(config)),
      schedule_(ScheduleOf(config, batches)),
      clip_norm_(config.clip_norm) {}

double Descent::LearningRate(std::uint64_t step) const {
  return schedule_.LearningRate(std::min(step, schedule_.steps - 1));
}

void Descent::ForgetGradients() {
  for (const Tensor& parameter : parameters_) { parameter.mutable_grad().reset(); }
}

void Descent::Descend(std::uint64_t step) {
  if (clip_norm_ > 0) { torch::nn::utils::clip_grad_norm_(parameters_, clip_norm_); }
  for (auto& group : optimizer_.param_groups()) {
    static_cast<torch::optim::SGDOptions&>(group.options()).lr(LearningRate(step));
  }
  optimizer_.step();
}

}  // namespace lode::training
