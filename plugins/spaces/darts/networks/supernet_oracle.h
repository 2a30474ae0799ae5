// The oracle "darts.supernet": validation accuracy of a genotype's path through a network that
// contains all genotypes and was trained once.
#pragma once

#include <memory>
#include <string>

#include "plugins/spaces/darts/networks/supernet.h"
#include "toolkit/training/supernet_oracle.h"

namespace darts {

class SupernetOracle : public lode::training::SupernetOracle {
 public:
  // PC-DARTS's search network as L2NAS trains it (Mills et al., CIKM 2021), for fewer
  // epochs; what that paper leaves open is as in PC-DARTS.
  struct Config : lode::training::NetworkOracleConfig, lode::training::SupernetOracleConfig {
    Config() {
      epochs = 50;
      batch_size = 250;
      learning_rate = 0.025;
      final_learning_rate = 0.001;
      nesterov = false;
      weight_decay = 3e-4;
      clip_norm = 5;
      schedule = "epoch";
      affine = false;
      env_paths = 20;
    }
    std::int64_t cells = 8;
    std::int64_t channels = 16;
    std::int64_t channel_groups = 4;
    bool bypass_unselected = false;
    std::string initialization = "pytorch";
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  SupernetOracle(lode::Host host, const Config& config)
      : lode::training::SupernetOracle(host, config, config), config_(config) {}

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::Task OpenTask() const override { return lode::training::Task(config_); }
  std::unique_ptr<lode::training::SharedNetwork> Make(
      const lode::training::Task& task, const lode::RelaxedStart& start) const override;
  std::string DescribeNetwork(const lode::training::Task& task) const override;
  SupernetConfig ShapeOf(const lode::training::Task& task) const;

  Config config_;
};

// A random genotype, a function of both numbers: that of an action whose elements are independent
// and uniform. All genotypes are equally likely, since every pair of inputs and every operation of
// an edge is as likely as the others to have the largest elements.
Genotype DrawnGenotype(std::uint64_t seed, std::uint64_t number);

}  // namespace darts
