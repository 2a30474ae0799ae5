// An oracle that measures architectures with weights that they share: those of one network that
// contains the networks of all architectures. It is trained once, along random paths, in phases if
// the family has several, or by the search's optimizer, as a relaxed network. A family of networks
// derives its oracle from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <lode/plugin.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "toolkit/training/batch_norm.h"
#include "toolkit/training/network_oracle.h"
#include "toolkit/training/relaxed_supernet.h"
#include "toolkit/training/shared_network.h"
#include "toolkit/training/supernet_phase.h"

namespace lode::training {

// Parameters of such an oracle; its Config derives from it and from NetworkOracleConfig.
struct SupernetOracleConfig {
  std::string weights;
  std::int64_t seed = 0;
  std::int64_t calibration_images = 1024;
  std::int64_t evaluation_batch_size = 256;
  bool affine = true;
  std::string moments = "calibrated";
  std::string scoring = "all";
  std::int64_t env_paths = 0;  // families that do not declare it have no AccEnv
  std::string env_statistic = "mean";

  bool tracks_moments() const { return moments != "batch"; }
  bool scores_one_batch() const { return scoring == "batch"; }
};

// Appends them to an oracle's own parameters, in three groups, between which an oracle may have
// others. The documents say what a family calls its architectures.
template <class C>
void AddSupernetParameters(Params<C>& params, const char* calibration_images) {
  const auto add = Appender<SupernetOracleConfig>(params);
  add("weights", &SupernetOracleConfig::weights,
      "A trained supernet, safetensors; \"\": train it before the search.", Path{});
  add("seed", &SupernetOracleConfig::seed,
      "Seed of the supernet's first weights, batches and paths; all runs share the supernet.",
      Range{0, 1e15});
  add("calibration_images", &SupernetOracleConfig::calibration_images, calibration_images,
      Range{1, 1e9});
  add("evaluation_batch_size", &SupernetOracleConfig::evaluation_batch_size,
      "Images in a batch of calibration and validation.", Range{1, 65536});
}

template <class C>
void AddNormParameters(Params<C>& params, const char* moments) {
  const auto add = Appender<SupernetOracleConfig>(params);
  add("affine", &SupernetOracleConfig::affine,
      "Whether the norms of the cells have weights and biases.");
  add("moments", &SupernetOracleConfig::moments, moments, Choices{{"calibrated", "batch"}});
}

template <class C>
void AddScoringParameters(Params<C>& params) {
  Appender<SupernetOracleConfig>(params)(
      "scoring", &SupernetOracleConfig::scoring,
      "What a query is measured on: all validation images, or one batch of them, drawn by the "
      "query's seed, which is fast and noisy.",
      Choices{{"all", "batch"}});
}

// AccEnv, which rewards of other stages can refer to.
template <class C>
void AddEnvParameters(Params<C>& params) {
  const auto add = Appender<SupernetOracleConfig>(params);
  add("env_paths", &SupernetOracleConfig::env_paths,
      "Random paths that are measured after each epoch of the supernet's training. The highest of "
      "the epochs' accuracies is kept with the weights as accuracy_env, AccEnv of L2NAS's eq. 7; "
      "0: "
      "none.",
      Range{0, 1e6});
  add("env_statistic", &SupernetOracleConfig::env_statistic,
      "An epoch's accuracy: the mean of its paths, or the best of them (max).",
      Choices{{"mean", "max"}});
}

class SupernetOracle {
 public:
  SupernetOracle(const SupernetOracle&) = delete;
  SupernetOracle& operator=(const SupernetOracle&) = delete;
  virtual ~SupernetOracle() = default;

  // valid_accuracy and valid_top5; test_accuracy and test_top5 if the family measures test images.
  std::vector<Metric> Metrics() const;

  // Reads the data set, and the weights if they are given. Throws lode::UnsupportedError if the
  // space is not the family's or LibTorch does not support the device, IoError if the weights
  // belong to another network, InvalidError if they were trained with the images split differently:
  // the training may have included validation images; and whatever reading the data throws.
  void Bind(const Space& space);

  // Unless weights are given: trains the supernet, each batch along paths that are drawn for it,
  // and writes supernet.safetensors to `directory`; or loads it. An interrupted training continues
  // from its last checkpoint. With env_paths the file's metadata has "accuracy_env", in percent,
  // from the last phase's epochs.
  void Prepare(const std::filesystem::path& directory);

  // If calibrated, the norms get the moments of the architecture's own activations over
  // `calibration_images` images of the training part, in batches, before it is measured: those that
  // were gathered in training mix all paths. The result is a function of the weights and the
  // architecture and, if one batch is scored, of the query's seed, which draws the batch. If the
  // relaxed network was started, its weights are used. Throws InvalidError before Prepare if no
  // weights were given, and for an architecture with an operation that the relaxed network was
  // started without; UnsupportedError for a fidelity below 1.
  void Evaluate(const Query& query, std::span<double> metrics);

  // REQUIRES: Bind was called. Its Restart throws InvalidError if weights were given.
  RelaxedNetwork& Relaxed() { return *relaxed_; }
  // The relaxed network. Throw InvalidError before Bind.
  void Save(Writer& writer) const;
  void Load(Reader& reader);

 protected:
  // Throws InvalidError unless a part is set aside for validation.
  SupernetOracle(Host host, const NetworkOracleConfig& config, const SupernetOracleConfig& own);

 private:
  // What a family adds.

  // Throws UnsupportedError unless the space is the family's.
  virtual void CheckSpace(const Space& space) const = 0;
  virtual Task OpenTask() const = 0;
  // Makes a network with its first weights. Throws InvalidError if there is none for the task's
  // images or of this depth.
  virtual std::unique_ptr<SharedNetwork> Make(const Task& task,
                                              const RelaxedStart& start) const = 0;
  // Describes the network in words, and how paths are drawn unless that is the family's usual way:
  // a checkpoint with another description is refused.
  virtual std::string DescribeNetwork(const Task& task) const = 0;
  virtual std::string DescribePaths() const { return ""; }
  // The training's phases, at least one; `network` outlives them. Those of a training have distinct
  // names. The usual one trains each batch along one random path.
  virtual std::vector<SupernetPhase> PhasesOf(SharedNetwork& network) const;
  // What the images are that the task has for validation.
  virtual lode_split measured_split() const { return LODE_SPLIT_VALIDATION; }
  // The pass that computes a path's moments; see Pass::Calibration.
  virtual Pass CalibrationPass(double share) const { return Pass::Calibration(share); }

  void Train(const std::filesystem::path& file, const std::vector<SupernetPhase>& phases);
  void TrainPhase(const SupernetPhase& phase, const std::filesystem::path& checkpoint,
                  EpochObserver* observer, const TrainingHooks& hooks);
  std::string DescribeTraining() const;
  void Load(const std::filesystem::path& file);
  std::unique_ptr<RelaxedSupernet> MakeRelaxed(std::size_t cells);
  void RequireBound() const;
  // The network that is measured, if there is one.
  SharedNetwork& Trained(ArchitectureView architecture);
  void Measure(const Query& query, std::span<double> metrics);
  class Environment;
  void Calibrate(const SupernetPath& path);
  Evaluation Score(const SupernetPath& path, std::uint64_t seed);

  Host host_;
  NetworkOracleConfig config_;
  SupernetOracleConfig own_;
  std::optional<Task> task_;
  std::optional<torch::Device> device_;
  std::unique_ptr<SharedNetwork> network_;
  std::unique_ptr<RelaxedSupernet> relaxed_;
  std::unique_ptr<images::Loader> calibration_, validation_;
  bool ready_ = false;
};

}  // namespace lode::training
