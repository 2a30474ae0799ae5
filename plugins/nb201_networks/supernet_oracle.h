// The oracle "nb201.supernet": validation accuracy of a cell's network with the weights of a network
// that holds all cells' and was trained once.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_NB201_NETWORKS_SUPERNET_ORACLE_H_
#define LODE_PLUGINS_NB201_NETWORKS_SUPERNET_ORACLE_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/nb201_networks/oracle_config.h"

namespace nb201 {

class SupernetOracle {
 public:
  // As the benchmark's authors train weight-sharing networks, but for the batch.
  struct Config : NetworkOracleConfig {
    Config() {
      epochs = 50;
      batch_size = 64;
      learning_rate = 0.025;
      final_learning_rate = 0.001;
      weight_decay = 5e-4;
    }
    std::string weights;
    std::int64_t seed = 0;
    std::int64_t calibration_images = 1024;
    std::int64_t evaluation_batch_size = 256;
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError unless a part is set apart for validation.
  SupernetOracle(lode::Host host, const Config& config);

  std::vector<lode::Metric> Metrics() const;  // valid_accuracy, valid_top5

  // Reads the data set, and the weights if they are given. Throws as TrainOracle::Bind, and
  // lode::IoError if the weights are of another network, lode::InvalidError if they were trained with
  // the images cut into other parts: some of those to validate on may be among them.
  void Bind(const lode::Space& space);

  // Unless weights are given: trains the supernet, each batch along the path of one cell that is drawn
  // uniformly, and leaves supernet.safetensors in `directory`; or loads it.
  void Prepare(const std::filesystem::path& directory);

  // The cell's batch norms get the moments of its own activations over `calibration_images` images of
  // the training part, in batches, before it is measured: those that were gathered in training mix
  // all cells'. So the result is a function of the weights and the cell. Throws lode::InvalidError
  // before Prepare if no weights were given, lode::UnsupportedError for a fidelity below 1.
  void Evaluate(const lode::Query& query, std::span<double> metrics);

 private:
  void Train(const std::filesystem::path& file, const std::filesystem::path& checkpoint);
  void Load(const std::filesystem::path& file);
  void Calibrate(const Cell& cell);
  void Measure(const lode::Query& query, std::span<double> metrics);

  lode::Host host_;
  Config config_;
  std::optional<training::Task> task_;
  std::optional<torch::Device> device_;
  NetworkConfig shape_;
  Network network_ = nullptr;
  bool ready_ = false;
  std::unique_ptr<lode::images::Loader> calibration_, validation_;
};

}  // namespace nb201

#endif  // LODE_PLUGINS_NB201_NETWORKS_SUPERNET_ORACLE_H_
