#pragma once

#include <cstdint>
#include <lode/plugin.hpp>

namespace exploration {

// Takes random actions for the first W = `steps` steps (t = 0 .. W-1) and none afterwards. The
// default is the L2NAS paper's for DARTS and OFA. Keeps no state.
class WarmUp {
 public:
  struct Config {
    std::int64_t steps = 3000;
  };
  static lode::Params<Config> Parameters() {
    return {lode::Param<Config>{"steps", &Config::steps,
                                "Number of steps at the start that take a random action.",
                                lode::Range{.min = 0}}
                .Unit("steps")};
  }

  WarmUp(lode::Host, const Config& config) : steps_(static_cast<std::uint64_t>(config.steps)) {}

  bool Explore(std::uint64_t step) const { return step < steps_; }

 private:
  std::uint64_t steps_;
};

}  // namespace exploration
