// The exploration strategy "my_component": a random action at fixed intervals, noise on the others.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>

// A strategy has Explore, Perturb or both. The random stream is restarted at every call.
class MyComponent {
 public:
  struct Config {
    std::int64_t period = 4;
    double noise = 0.01;
  };
  static lode::Params<Config> Parameters() {
    return {{"period", &Config::period, "Steps from one random action to the next.",
             lode::Range{.min = 1}},
            {"noise", &Config::noise, "Standard deviation of the noise on each cell of an action.",
             lode::Range{0, 1}}};
  }

  MyComponent(lode::Host host, const Config& config) : host_(host), config_(config) {}

  // Whether the step takes a random action instead of the optimizer's.
  bool Explore(std::uint64_t step) const {
    return step % static_cast<std::uint64_t>(config_.period) == 0;
  }

  // Changes an action proposed by the optimizer.
  void Perturb(std::uint64_t, std::span<float> action) const {
    const lode::Random random = host_.Random();
    for (float& cell : action) { cell += static_cast<float>(config_.noise * random.Normal()); }
  }

 private:
  lode::Host host_;
  Config config_;
};
