// The oracle "nb201.supernet": validation accuracy of a cell's network with the weights of a
// network that contains all cells and was trained once.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/networks/oracle_config.h"

namespace nb201 {

class SupernetOracle {
 public:
  // Single Path One-Shot (Guo et al., ECCV 2020) with the benchmark authors' learning rates.
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
    bool affine = true;
    std::string moments = "calibrated";
    std::string path = "network";
    std::string scoring = "all";
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws lode::InvalidError unless a part is set aside for validation.
  SupernetOracle(lode::Host host, const Config& config);

  std::vector<lode::Metric> Metrics() const;  // valid_accuracy, valid_top5

  // Reads the data set, and the weights if they are given. Throws like TrainOracle::Bind, and
  // lode::IoError if the weights belong to another network, lode::InvalidError if they were trained
  // with the images split differently: the training may have included validation images.
  void Bind(const lode::Space& space);

  // Unless weights are given: trains the supernet, each batch along a random path, and writes
  // supernet.safetensors to `directory`; or loads it. A path is one cell, drawn uniformly, in all
  // places, or, with path = "cell", one for each place, drawn uniformly from the cells in which
  // every node has an edge that is not `none`.
  void Prepare(const std::filesystem::path& directory);

  // If calibrated, the cell's batch norms get the moments of its own activations over
  // `calibration_images` images of the training part, in batches, before it is measured: those that
  // were gathered in training mix all cells. With batch moments, the norms of the cells use those
  // of each batch that is measured, and all others those gathered in training. The result is a
  // function of the weights and the cell and, if one batch is scored, of the query's seed, which
  // draws the batch. Throws lode::InvalidError before Prepare if no weights were given,
  // lode::UnsupportedError for a fidelity below 1.
  void Evaluate(const lode::Query& query, std::span<double> metrics);

 private:
  void Train(const std::filesystem::path& file, const std::filesystem::path& checkpoint);
  void Load(const std::filesystem::path& file);
  void Calibrate(const Cell& cell);
  void Measure(const lode::Query& query, std::span<double> metrics);
  lode::training::Evaluation Score(const lode::Query& query, const Cell& cell);

  bool scores_one_batch() const { return config_.scoring == "batch"; }

  lode::Host host_;
  Config config_;
  std::optional<lode::training::Task> task_;
  std::optional<torch::Device> device_;
  NetworkConfig shape_;
  Network network_ = nullptr;
  bool ready_ = false;
  std::unique_ptr<lode::images::Loader> calibration_, validation_;
};

}  // namespace nb201
