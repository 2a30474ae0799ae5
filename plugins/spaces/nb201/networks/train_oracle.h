// The oracle "nb201.train": trains a cell's network from scratch.
#pragma once

#include <string>

#include "plugins/spaces/nb201/networks/oracle_config.h"
#include "toolkit/training/train_oracle.h"

namespace nb201 {

// The benchmark's protocol measures CIFAR-10's test images on a second network, which is trained on
// all training images. The recorded multiply_adds are the space's macs.
class TrainOracle : public lode::training::TrainOracle {
 public:
  // The benchmark's settings, at its shorter length; `protocol` says how close the training is to
  // the benchmark's.
  struct Config : NetworkOracleConfig, lode::training::TrainOracleConfig {
    Config() { epochs = 12; }
  };
  static lode::Params<Config> Parameters();

  TrainOracle(lode::Host host, const Config& config);

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::Task OpenTask() const override { return TaskOf(config_); }
  void FitTo(const lode::training::Task& task) override;
  lode::training::Candidate Make(lode::ArchitectureView architecture,
                                 std::uint64_t seed) const override;
  std::string DescribeNetworks() const override;
  std::string FileNameOf(lode::ArchitectureView architecture) const override;
  std::string DescribeArchitecture(lode::ArchitectureView architecture) const override;
  bool tests_a_second_network() const override;

  NetworkOracleConfig config_;
  NetworkConfig network_;
};

}  // namespace nb201
