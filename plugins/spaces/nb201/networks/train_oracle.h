// The oracle "nb201.train": trains a cell's network from scratch.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "plugins/spaces/nb201/networks/oracle_config.h"

namespace nb201 {

class TrainOracle {
 public:
  // The benchmark's settings, at its shorter length; `protocol` says how close the training is to
  // the benchmark's.
  struct Config : NetworkOracleConfig {
    Config() { epochs = 12; }
    bool test = true;
    bool keep_weights = false;
  };
  static lode::Params<Config> Parameters();

  TrainOracle(lode::Host host, const Config& config);
  TrainOracle(const TrainOracle&) = delete;
  TrainOracle& operator=(const TrainOracle&) = delete;
  ~TrainOracle();

  // valid_accuracy and valid_top5 if a part is set aside for validation; test_accuracy and
  // test_top5 unless `test` is false.
  std::vector<lode::Metric> Metrics() const;

  // From one epoch to all.
  lode::Fidelities Fidelities() const;

  // Reads the data set. Throws lode::UnsupportedError if the space is not nb201 or LibTorch does
  // not support the device, and whatever reading the data throws.
  void Bind(const lode::Space& space);

  // Trainings keep their checkpoints in `directory`, one for each cell and seed, so that an
  // interrupted training continues. A finished training's checkpoint stays until the next
  // evaluation has ended or the oracle is destroyed, because the host has not stored its result
  // before then.
  void Prepare(const std::filesystem::path& directory) { directory_ = directory; }

  // Trains and measures. The benchmark's protocol measures CIFAR-10's test images on a second
  // network, which is trained on all training images. A fidelity below 1 is that share of the
  // epochs, at least one. Records parameters, multiply_adds of an image (the space's macs), and
  // train_loss and train_accuracy of the last epoch; those of the second network as all_train_loss
  // and all_train_accuracy.
  void Evaluate(const lode::Query& query, std::span<double> metrics);

 private:
  // The images a network is trained on: the part for training, or all that the data set has for it.
  enum class TrainedOn { kPart, kAll };

  bool measures_validation() const { return config_.validation_share > 0; }
  bool tests_a_second_network() const;
  void Measure(const lode::Query& query, std::span<double> metrics);
  std::int64_t EpochsOf(const lode::Query& query) const;
  // Returns a trained network; notes its training's checkpoint in `finished_` unless it is to be
  // kept.
  Network Trained(const lode::Query& query, const Cell& cell, TrainedOn on);
  // Removes the first `count` of `finished_`.
  void RemoveCheckpoints(std::size_t count);
  lode::training::Evaluation Train(Network& network, const Cell& cell, const lode::Query& query,
                                   TrainedOn on,
                                   const lode::training::CheckpointPlace& place) const;
  void RecordTraining(TrainedOn on, const lode::training::Evaluation& trained) const;
  void RecordSize(Network& network, const Cell& cell) const;
  // Top-1 and top-5.
  void MeasureOn(lode::images::Loader& loader, Network& network, const Cell& cell,
                 std::span<double> metrics) const;
  std::int64_t MacsOf(Network& network, const Cell& cell) const;
  lode::training::CheckpointPlace PlaceOf(const lode::Query& query, const Cell& cell,
                                          TrainedOn on) const;

  lode::Host host_;
  Config config_;
  std::optional<lode::training::Task> task_;
  NetworkConfig network_;
  std::optional<torch::Device> device_;
  std::filesystem::path directory_;  // empty: no checkpoints
  std::vector<std::filesystem::path>
      finished_;  // checkpoints whose results may not be stored yet, oldest first
};

}  // namespace nb201
