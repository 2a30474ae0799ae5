// The oracle "darts.measured_latency": times a genotype's network on this machine.
#pragma once

#include <string>

#include "plugins/spaces/darts/networks/network.h"
#include "toolkit/training/measured_latency.h"

namespace darts {

// The network as it is used after its training: without the auxiliary head.
class MeasuredLatencyOracle : public lode::training::MeasuredLatencyOracle {
 public:
  struct Config : lode::training::MeasuredLatencyConfig {
    std::string network = "cifar";
    std::int64_t cells = 20;
    std::int64_t channels = 36;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  MeasuredLatencyOracle(lode::Host host, const Config& config);

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::TimedNetwork Make(lode::ArchitectureView architecture) const override;

  NetworkConfig network_;
};

}  // namespace darts
