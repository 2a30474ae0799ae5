#include "plugins/optimizers/alphax/value_network.h"

#include <algorithm>
#include <numeric>

#include "toolkit/networks/flush_denormals.h"

namespace alphax {

using lode::kernels::kLanes;
using lode::kernels::Padded;

void ValueNetwork::Add(lode::ArchitectureView architecture, std::optional<double> reward) {
  results_.push_back({{architecture.begin(), architecture.end()}, reward});
}

void ValueNetwork::Initialize(lode::Random random) {
  const std::vector<std::size_t> sizes{cells_,
                                       settings_.outer_width,
                                       settings_.inner_width,
                                       settings_.inner_width,
                                       settings_.outer_width,
                                       1};
  network_.emplace(sizes, lode::networks::Output::kIdentity);
  network_->InitializeUniform(random, 1);
}

void ValueNetwork::Train(lode::Random random, const RewardInterval& interval) {
  const lode::networks::FlushDenormals flush;
  if (!network_) { Initialize(random); }
  interval_ = interval;
  trained_on_ = results_.size();
  std::vector<std::size_t> order(results_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t steps = settings_.max_batches;
  for (std::size_t epoch = 0; epoch < settings_.epochs; ++epoch) {
    random.Shuffle(std::span(order));
    for (std::size_t first = 0; first < order.size(); first += settings_.batch_size) {
      if (steps-- == 0) { return; }
      Step(std::span(order).subspan(first, std::min(settings_.batch_size, order.size() - first)));
    }
  }
}

// Down the gradient of the batch's mean squared error.
void ValueNetwork::Step(std::span<const std::size_t> batch) {
  inputs_.assign(batch.size() * Padded(cells_), 0.0f);
  for (std::size_t i = 0; i < batch.size(); ++i) { WriteInput(i, results_[batch[i]].architecture); }
  const std::span<const float> outputs = network_->Forward(batch.size(), inputs_.data());
  d_outputs_.assign(outputs.size(), 0.0f);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const double error = static_cast<double>(outputs[i * kLanes]) - TargetOf(results_[batch[i]]);
    d_outputs_[i * kLanes] = static_cast<float>(2 * error / static_cast<double>(batch.size()));
  }
  network_->BackwardParameters(d_outputs_);
  network_->Step({settings_.learning_rate, 0.9, 0.999, 1e-7});
}

double ValueNetwork::TargetOf(const Result& result) const {
  return result.reward ? std::max(interval_.ToUnit(*result.reward), 0.0) : 0;
}

void ValueNetwork::WriteInput(std::size_t row, lode::ArchitectureView architecture) {
  std::ranges::copy(architecture,
                    inputs_.begin() + static_cast<std::ptrdiff_t>(row * Padded(cells_)));
}

std::vector<double> ValueNetwork::Predict(std::span<const lode::Architecture> architectures) {
  inputs_.assign(architectures.size() * Padded(cells_), 0.0f);
  for (std::size_t i = 0; i < architectures.size(); ++i) { WriteInput(i, architectures[i]); }
  const std::span<const float> outputs = network_->Forward(architectures.size(), inputs_.data());
  std::vector<double> rewards(architectures.size());
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    rewards[i] = interval_.FromUnit(static_cast<double>(outputs[i * kLanes]));
  }
  return rewards;
}

}  // namespace alphax
