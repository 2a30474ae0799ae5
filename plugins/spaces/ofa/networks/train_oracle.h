// The oracle "ofa.train": trains a sub-network alone, from scratch or from a supernet's weights.
#pragma once

#include <string>

#include "plugins/spaces/ofa/networks/oracle_config.h"
#include "toolkit/training/train_oracle.h"

namespace ofa {

// The recorded multiply_adds are those of the data set's images; at ImageNet's channels and classes
// and the space's resolution they and the parameters are the space's macs and params.
class TrainOracle : public lode::training::TrainOracle {
 public:
  struct Config : NetworkOracleConfig, lode::training::TrainOracleConfig {
    std::string weights;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  TrainOracle(lode::Host host, const Config& config)
      : lode::training::TrainOracle(host, config, config), config_(config) {}

 private:
  void CheckSpace(const lode::Space& space) const override { RequireNetworksOf(space, config_); }
  lode::training::Task OpenTask() const override { return lode::training::Task(config_); }
  void FitTo(const lode::training::Task& task) override;
  lode::training::Candidate Make(lode::ArchitectureView architecture,
                                 std::uint64_t seed) const override;
  std::string DescribeNetworks() const override;
  std::string FileNameOf(lode::ArchitectureView architecture) const override;
  std::string DescribeArchitecture(lode::ArchitectureView architecture) const override;

  Config config_;
  MobileNetConfig network_;
  MobileNet supernet_ = nullptr;  // whose weights networks begin with; none: from scratch
};

}  // namespace ofa
