// The value network: the paper's Meta-DNN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <vector>

#include "plugins/optimizers/alphax/reward_scale.h"
#include "toolkit/networks/mlp.h"

namespace alphax {

using lode::networks::Mlp;

// Predicts the reward of an architecture from its cells: a multilayer perceptron of four hidden
// layers with ReLU and a linear output, which descends the squared error with Adam. It learns
// rewards on an interval, and 0 for what is below or failed.
class ValueNetwork {
 public:
  struct Settings {
    std::size_t outer_width;  // units of the first and of the last hidden layer
    std::size_t inner_width;  // units of the two between
    double learning_rate;
    std::size_t batch_size;
    std::size_t epochs;       // of a training
    std::size_t max_batches;  // of a training
    std::size_t interval;     // results between two trainings
  };

  ValueNetwork(std::size_t cells, const Settings& settings) : cells_(cells), settings_(settings) {}

  // Adds a result; without a reward, a failure.
  void Add(lode::ArchitectureView architecture, std::optional<double> reward);

  // Whether `interval` results were added since the last training.
  bool IsDue() const { return results_.size() >= trained_on_ + settings_.interval; }
  // Continues from the last training, the first time from random weights: `epochs` times all
  // results, each time in another order, but at most `max_batches` batches.
  // REQUIRES: there are results.
  void Train(lode::Random random, const RewardInterval& interval);
  bool trained() const { return network_.has_value(); }

  // The predicted rewards. REQUIRES: trained().
  std::vector<double> Predict(std::span<const lode::Architecture> architectures);

 private:
  struct Result {
    lode::Architecture architecture;
    std::optional<double> reward;
  };

  void Initialize(lode::Random random);
  void Step(std::span<const std::size_t> batch);
  double TargetOf(const Result& result) const;
  void WriteInput(std::size_t row, lode::ArchitectureView architecture);

  std::size_t cells_;
  Settings settings_;
  std::vector<Result> results_;
  std::size_t trained_on_ = 0;
  RewardInterval interval_;  // of the last training
  std::optional<Mlp> network_;
  std::vector<float> inputs_, d_outputs_;  // scratch
};

}  // namespace alphax
