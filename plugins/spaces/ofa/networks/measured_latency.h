// The oracle "ofa.measured_latency": times a sub-network on this machine.
#pragma once

#include <string>

#include "plugins/spaces/ofa/networks/mobile_net.h"
#include "toolkit/training/measured_latency.h"

namespace ofa {

// The sub-network's own network, whose layers have no other weights than those that it uses.
class MeasuredLatencyOracle : public lode::training::MeasuredLatencyOracle {
 public:
  struct Config : lode::training::MeasuredLatencyConfig {
    Config() {
      resolution = 224;
      classes = kClasses;
    }
    std::string width = "1.0";
  };
  static lode::Params<Config> Parameters();

  MeasuredLatencyOracle(lode::Host host, const Config& config);

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::TimedNetwork Make(lode::ArchitectureView architecture) const override;

  std::int64_t resolution_;
  MobileNetConfig network_;
};

}  // namespace ofa
