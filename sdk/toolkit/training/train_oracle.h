// An oracle that trains an architecture's network from scratch and measures it. A family of
// networks derives its oracle from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "toolkit/training/batch_norm.h"
#include "toolkit/training/network_oracle.h"

namespace lode::training {

// Parameters of such an oracle; its Config derives from it and from NetworkOracleConfig.
struct TrainOracleConfig {
  bool test = true;
  bool keep_weights = false;
};

// Appends them to an oracle's own parameters; `test` documents the first.
template <class C>
void AddTrainOracleParameters(Params<C>& params, const char* test) {
  const auto add = Appender<TrainOracleConfig>(params);
  add("test", &TrainOracleConfig::test, test);
  add("keep_weights", &TrainOracleConfig::keep_weights,
      "Leave each trained network's weights where checkpoints are kept.");
}

// A network with its first weights.
struct Candidate {
  std::shared_ptr<torch::nn::Module> module;
  std::function<Prediction(const torch::Tensor& images, const Pass& pass)> forward;
  std::int64_t parameters = 0;    // as the space counts them
  std::int64_t further_macs = 0;  // that the space counts besides those of MacsOf
};

class TrainOracle {
 public:
  TrainOracle(const TrainOracle&) = delete;
  TrainOracle& operator=(const TrainOracle&) = delete;
  virtual ~TrainOracle();

  // valid_accuracy and valid_top5 if a part is set aside for validation; test_accuracy and
  // test_top5 unless `test` is false.
  std::vector<Metric> Metrics() const;

  // From one epoch to all.
  lode::Fidelities Fidelities() const;

  // Reads the data set. Throws lode::UnsupportedError if the space is not the family's or LibTorch
  // does not support the device, and whatever reading the data throws.
  void Bind(const Space& space);

  // Trainings keep their checkpoints in `directory`, one for each architecture and seed, so that an
  // interrupted training continues. A finished training's checkpoint stays until the next
  // evaluation has ended or the oracle is destroyed, because the host has not stored its result
  // before then.
  void Prepare(const std::filesystem::path& directory) { directory_ = directory; }

  // Trains and measures. A fidelity below 1 is that share of the epochs, at least one. Records
  // parameters, multiply_adds of an image, and train_loss and train_accuracy of the last epoch;
  // those of a second network as all_train_loss and all_train_accuracy.
  void Evaluate(const Query& query, std::span<double> metrics);

 protected:
  // Throws InvalidError if nothing is to be measured.
  TrainOracle(Host host, const NetworkOracleConfig& config, const TrainOracleConfig& own);

 private:
  // The images a network is trained on: the part for training, or all that the data set has for it.
  enum class TrainedOn { kPart, kAll };

  // What a family adds.

  // Throws UnsupportedError unless the space is the family's.
  virtual void CheckSpace(const Space& space) const = 0;
  virtual Task OpenTask() const = 0;
  // Prepares to make networks for the task. Throws if there are none for its images.
  virtual void FitTo(const Task& task) = 0;
  virtual Candidate Make(ArchitectureView architecture, std::uint64_t seed) const = 0;
  // Describes all networks of this configuration in words.
  virtual std::string DescribeNetworks() const = 0;
  // Identifies an architecture in names of files ("cell-17"), and in words.
  virtual std::string FileNameOf(ArchitectureView architecture) const = 0;
  virtual std::string DescribeArchitecture(ArchitectureView architecture) const = 0;
  // Whether the test images are measured on a second network, trained on all training images.
  virtual bool tests_a_second_network() const { return false; }

  bool measures_validation() const { return config_.validation_share > 0; }
  void Measure(const Query& query, std::span<double> metrics);
  std::int64_t EpochsOf(const Query& query) const;
  // Returns a trained network; notes its training's checkpoint in `finished_` unless it is to be
  // kept.
  Candidate Trained(const Query& query, TrainedOn on);
  // Removes the first `count` of `finished_`.
  void RemoveCheckpoints(std::size_t count);
  Evaluation Train(const Candidate& candidate, const Query& query, TrainedOn on,
                   const CheckpointPlace& place) const;
  void RecordTraining(TrainedOn on, const Evaluation& trained) const;
  void RecordSize(const Candidate& candidate) const;
  // Top-1 and top-5.
  void MeasureOn(images::Loader& loader, const Candidate& candidate,
                 std::span<double> metrics) const;
  CheckpointPlace PlaceOf(const Query& query, TrainedOn on) const;

  Host host_;
  NetworkOracleConfig config_;
  TrainOracleConfig own_;
  std::optional<Task> task_;
  std::optional<torch::Device> device_;
  std::filesystem::path directory_;  // empty: no checkpoints
  std::vector<std::filesystem::path>
      finished_;  // checkpoints whose results may not be stored yet, oldest first
};

}  // namespace lode::training
