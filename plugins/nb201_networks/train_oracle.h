// The oracle "nb201.train": trains a cell's network from scratch.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_NB201_NETWORKS_TRAIN_ORACLE_H_
#define LODE_PLUGINS_NB201_NETWORKS_TRAIN_ORACLE_H_

#include <filesystem>
#include <optional>
#include <vector>

#include "plugins/nb201_networks/oracle_config.h"

namespace nb201 {

class TrainOracle {
 public:
  // The benchmark's training, at its shorter length.
  struct Config : NetworkOracleConfig {
    Config() { epochs = 12; }
    bool keep_weights = false;
  };
  static lode::Params<Config> Parameters();

  TrainOracle(lode::Host host, const Config& config);

  // valid_accuracy and valid_top5 if a part is set apart for validation; test_accuracy, test_top5.
  std::vector<lode::Metric> Metrics() const;

  // Reads the data set. Throws lode::UnsupportedError if the space is not nb201 or LibTorch has no
  // such device, and what reading the data throws.
  void Bind(const lode::Space& space);

  // Trainings keep their checkpoints in `directory`, one for each cell and seed: one that was cut off
  // goes on.
  void Prepare(const std::filesystem::path& directory) { directory_ = directory; }

  // Trains and measures. A fidelity below 1 is that share of the epochs, at least one. Records
  // parameters, multiply_adds of an image, and train_loss and train_accuracy of the last epoch.
  void Evaluate(const lode::Query& query, std::span<double> metrics);

 private:
  void Measure(const lode::Query& query, std::span<double> metrics);
  training::Evaluation Train(Network& network, const Cell& cell, const lode::Query& query,
                             const training::CheckpointPlace& place) const;
  void MeasureParts(Network& network, const Cell& cell, std::span<double> metrics) const;
  std::int64_t MultiplyAddsOf(Network& network, const Cell& cell) const;
  training::CheckpointPlace PlaceOf(const lode::Query& query, const Cell& cell) const;

  lode::Host host_;
  Config config_;
  std::optional<training::Task> task_;
  NetworkConfig network_;
  std::optional<torch::Device> device_;
  std::filesystem::path directory_;  // empty: no checkpoints
};

}  // namespace nb201

#endif  // LODE_PLUGINS_NB201_NETWORKS_TRAIN_ORACLE_H_
