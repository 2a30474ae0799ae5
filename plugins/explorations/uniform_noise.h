#pragma once

#include <lode/plugin.hpp>
#include <span>

namespace exploration {

// Adds an independent draw from Uniform(-a, a), a = `amplitude`, to every cell of the optimizer's
// action. Random actions are unaffected: the host perturbs only what an optimizer proposed. Keeps
// no state.
class UniformNoise {
 public:
  struct Config {
    double amplitude = 1e-4;
  };
  static lode::Params<Config> Parameters() {
    // The upper bound keeps every finite action finite: far below the spacing of the largest
    // floats.
    return {lode::Param<Config>{"amplitude", &Config::amplitude,
                                "Largest change of a cell, in either direction.",
                                lode::Range{0, 1e6}}
                .LogScale()};
  }

  UniformNoise(lode::Host host, const Config& config) : host_(host), amplitude_(config.amplitude) {}

  void Perturb(std::uint64_t, std::span<float> action) const {
    const lode::Random random = host_.Random();
    for (float& cell : action) {
      cell = static_cast<float>(cell + random.Uniform(-amplitude_, amplitude_));
    }
  }

 private:
  lode::Host host_;
  double amplitude_;
};

}  // namespace exploration
