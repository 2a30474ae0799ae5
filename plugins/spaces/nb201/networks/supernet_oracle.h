// The oracle "nb201.supernet": validation accuracy of a cell's network with the weights of a
// network that contains all cells and was trained once.
#pragma once

#include <memory>
#include <string>

#include "plugins/spaces/nb201/networks/oracle_config.h"
#include "toolkit/training/supernet_oracle.h"

namespace nb201 {

// A path is one cell, drawn uniformly, in all places, or, with path = "cell", one for each place,
// drawn uniformly from the cells in which every node has an edge that is not `none`. With batch
// moments, the norms of the cells use those of each batch that is measured, and all others those
// gathered in training.
class SupernetOracle : public lode::training::SupernetOracle {
 public:
  // Single Path One-Shot (Guo et al., ECCV 2020) with the benchmark authors' learning rates.
  struct Config : NetworkOracleConfig, lode::training::SupernetOracleConfig {
    Config() {
      epochs = 50;
      batch_size = 64;
      learning_rate = 0.025;
      final_learning_rate = 0.001;
      weight_decay = 5e-4;
    }
    std::string path = "network";
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  SupernetOracle(lode::Host host, const Config& config)
      : lode::training::SupernetOracle(host, config, config), config_(config) {}

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::Task OpenTask() const override { return TaskOf(config_); }
  std::unique_ptr<lode::training::SharedNetwork> Make(
      const lode::training::Task& task, const lode::RelaxedStart& start) const override;
  std::string DescribeNetwork(const lode::training::Task& task) const override;
  std::string DescribePaths() const override;
  NetworkConfig ShapeOf(const lode::training::Task& task) const;

  Config config_;
};

}  // namespace nb201
