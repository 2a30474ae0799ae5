// The oracle "ofa.supernet": accuracy of a sub-network with the supernet's weights.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/networks/oracle_config.h"
#include "plugins/spaces/ofa/networks/shrinking.h"
#include "toolkit/training/supernet_oracle.h"

namespace ofa {

// A path is a sub-network, drawn uniformly from the architectures or, in a phase of the training,
// from those that it allows: each layer's kernel and expansion and each unit's depth are
// independent.
class SupernetOracle : public lode::training::SupernetOracle {
 public:
  // Moments are computed over the authors' number of images, in their batches.
  struct Config : NetworkOracleConfig, lode::training::SupernetOracleConfig, ShrinkingConfig {
    Config() {
      calibration_images = 2000;
      evaluation_batch_size = 200;
      epochs = 25;
      learning_rate = 0.015;
      warm_up_epochs = 1;
      distillation = 1;
      decay_norms = false;
    }
    std::string measured_on = "validation";
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws InvalidError if the phases of the training do not go together.
  SupernetOracle(lode::Host host, const Config& config)
      : lode::training::SupernetOracle(host, config, config),
        config_(config),
        shrinking_(config, config) {}

  lode::RelaxedNetwork& Relaxed() = delete;  // its weights have no mixtures

 private:
  void CheckSpace(const lode::Space& space) const override { RequireNetworksOf(space, config_); }
  lode::training::Task OpenTask() const override;
  std::unique_ptr<lode::training::SharedNetwork> Make(
      const lode::training::Task& task, const lode::RelaxedStart& start) const override;
  std::string DescribeNetwork(const lode::training::Task& task) const override;
  std::string DescribePaths() const override { return shrinking_.Describe(); }
  std::vector<lode::training::SupernetPhase> PhasesOf(
      lode::training::SharedNetwork& network) const override;
  lode_split measured_split() const override;
  Pass CalibrationPass(double share) const override;

  Config config_;
  Shrinking shrinking_;
};

}  // namespace ofa
