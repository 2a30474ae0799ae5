// The oracle "nb201.measured_latency": times a cell's network on this machine.
#pragma once

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/training/measured_latency.h"

namespace nb201 {

class MeasuredLatencyOracle : public lode::training::MeasuredLatencyOracle {
 public:
  struct Config : lode::training::MeasuredLatencyConfig {
    std::int64_t channels = 16;
    std::int64_t cells = 5;
  };
  static lode::Params<Config> Parameters();

  MeasuredLatencyOracle(lode::Host host, const Config& config);

 private:
  void CheckSpace(const lode::Space& space) const override;
  lode::training::TimedNetwork Make(lode::ArchitectureView architecture) const override;

  std::int64_t resolution_;
  NetworkConfig network_;
};

}  // namespace nb201
