#pragma once

#include <algorithm>
#include <cstdint>
#include <lode/plugin.hpp>
#include <string>

namespace exploration {

// Takes a random action with a probability that falls from `start` to `end` over the first
// T = `anneal_steps` steps and stays there. With x = min(t, T) / T at step t = 0, 1, ...
//
//   cosine:  epsilon_t = end + (start - end) (1 + cos(pi x)) / 2
//   linear:  epsilon_t = end + (start - end) (1 - x)
//
// so that step T is the first with epsilon = end. The defaults are the L2NAS paper's for
// NAS-Bench-201. Adds `epsilon` to every trial's record. Keeps no state.
class EpsilonGreedy {
 public:
  struct Config {
    double start = 1.0;
    double end = 0.05;
    std::int64_t anneal_steps = 175;
    std::string schedule = "cosine";
  };
  static lode::Params<Config> Parameters() {
    return {
        {"start", &Config::start, "Probability of a random action at the first step.",
         lode::Range{0, 1}},
        {"end", &Config::end, "Probability of a random action once annealed.", lode::Range{0, 1}},
        lode::Param<Config>{"anneal_steps", &Config::anneal_steps,
                            "Steps over which the probability changes from start to end.",
                            lode::Range{.min = 1}}
            .Unit("steps"),
        {"schedule", &Config::schedule, "Shape of the change from start to end.",
         lode::Choices{{"cosine", "linear"}}},
    };
  }

  EpsilonGreedy(lode::Host host, const Config& config) : host_(host), config_(config) {}

  double Epsilon(std::uint64_t step) const {
    const auto anneal_steps = static_cast<double>(config_.anneal_steps);
    const double x = std::min(static_cast<double>(step) / anneal_steps, 1.0);
    const double share = config_.schedule == "linear" ? 1 - x : (1 + lode::math::CosPi(x)) / 2;
    return config_.end + (config_.start - config_.end) * share;
  }

  bool Explore(std::uint64_t step) {
    const double epsilon = Epsilon(step);
    host_.Record("epsilon", epsilon);
    return host_.Random().Uniform() < epsilon;
  }

 private:
  lode::Host host_;
  Config config_;
};

}  // namespace exploration
