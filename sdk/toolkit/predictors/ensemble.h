// An ensemble of neural networks that predicts how good architectures are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/networks/mlp.h"
#include "toolkit/predictors/input_table.h"

namespace lode::predictors {

enum class Loss { kAbsolute, kSquared };

// The derivative of |error| or error^2 in the error, prediction minus target; 0 at 0.
double LossSlope(Loss loss, double error);

// What the networks say of one architecture.
struct Prediction {
  double mean = 0;
  double deviation = 0;  // the standard deviation of the networks' values
};

// How far a fit is: an epoch of a network begins. Both count from 0.
struct FitProgress {
  std::size_t network, networks;
  std::size_t epoch, epochs;

  double fraction() const {  // of all networks
    const double of_network = static_cast<double>(epoch) / static_cast<double>(epochs);
    return (static_cast<double>(network) + of_network) / static_cast<double>(networks);
  }
};

// Networks of the same shape, hidden layers of ReLU and one output, which differ in their initial
// weights and in the order of the trials that they are trained on.
class Ensemble {
 public:
  struct Settings {
    std::size_t networks = 3;
    std::size_t layers = 2;  // hidden ones
    std::size_t width = 32;
    Loss loss = Loss::kSquared;
    double learning_rate = 0.003;  // Adam's
    std::size_t epochs = 30;
    std::size_t batch = 32;         // trials for each step
    std::size_t most_steps = 1000;  // of a network in one Fit, whatever the epochs
  };

  Ensemble(Host host, std::size_t inputs, const Settings& settings);

  std::size_t inputs() const { return batch_.columns(); }

  // Trains the networks from their initial weights, which the first call draws. Throws
  // CancelledError if the run is cancelled. `progress` may be empty. REQUIRES: a row, and a target
  // for each.
  void Fit(Random random, const InputTable& inputs, std::span<const double> targets,
           const std::function<void(const FitProgress&)>& progress = {});

  // Returns the prediction for each row, which does not depend on the other rows. REQUIRES: Fit or
  // Restore was called.
  std::vector<Prediction> Predict(const InputTable& inputs);

  // The networks of the last Fit, to keep their weights; none before it.
  std::span<networks::Mlp> networks() { return networks_; }
  // Makes networks whose weights are 0, for the caller to set.
  std::span<networks::Mlp> Restore();

 private:
  void Train(networks::Mlp& network, Random random, const InputTable& inputs,
             std::span<const double> targets,
             const std::function<void(std::size_t epoch, std::size_t epochs)>& progress);
  void Descend(networks::Mlp& network, const InputTable& inputs, std::span<const double> targets,
               std::span<const std::size_t> rows);

  Host host_;
  Settings settings_;
  std::vector<networks::Mlp> untrained_, networks_;
  InputTable batch_;
  std::vector<float> slopes_;
};

}  // namespace lode::predictors
