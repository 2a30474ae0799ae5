// The oracle "darts.train": trains a genotype's network from scratch.
#pragma once

#include <string>

#include "plugins/spaces/darts/networks/network.h"
#include "toolkit/training/train_oracle.h"

namespace darts {

// The recorded parameters and multiply_adds are the space's params and macs, without the auxiliary
// head.
class TrainOracle : public lode::training::TrainOracle {
 public:
  // A network of the size that genotypes are searched with, trained as published for CIFAR-10, but
  // shorter and without what keeps a long training from overfitting.
  struct Config : lode::training::NetworkOracleConfig, lode::training::TrainOracleConfig {
    Config() {
      epochs = 50;
      batch_size = 96;
      learning_rate = 0.025;
      nesterov = false;
      weight_decay = 3e-4;
      clip_norm = 5;
      schedule = "epoch";
      keep_last_batch = true;
    }
    std::string network = "cifar";
    std::int64_t cells = 8;
    std::int64_t channels = 16;
    bool auxiliary = false;
    std::string initialization = "pytorch";
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  TrainOracle(lode::Host host, const Config& config)
      : lode::training::TrainOracle(host, config, config), config_(config) {}

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::Task OpenTask() const override { return lode::training::Task(config_); }
  void FitTo(const lode::training::Task& task) override;
  lode::training::Candidate Make(lode::ArchitectureView architecture,
                                 std::uint64_t seed) const override;
  std::string DescribeNetworks() const override;
  std::string FileNameOf(lode::ArchitectureView architecture) const override;
  std::string DescribeArchitecture(lode::ArchitectureView architecture) const override;

  Config config_;
  NetworkConfig network_;
};

}  // namespace darts
