// The optimizer "reinforce".
#pragma once

#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "plugins/optimizers/reinforce/policy.h"
#include "toolkit/sampling/reward_reader.h"

namespace reinforce {

// REINFORCE (Williams, Machine Learning 8, 1992) as the authors of NAS-Bench-201 search with it
// (Dong and Yang, ICLR 2020; exps/NAS-Bench-201-algos/reinforce.py): independent softmax policies,
// one for each decision.
//
//   ask:  draw an architecture from the policies
//   tell: the baseline is the mean of all rewards, weighted momentum^age, this one included;
//         ascend (reward - baseline) * (gradient of the log probability of what was drawn)
//
// Several proposals may be under way: a trial teaches the policies of when it is told. What a limit
// has rejected counts as the lowest reward so far, or the policies would not learn to keep the
// limit. Evaluations that failed teach nothing, nor do trials that the policies did not draw.
class Reinforce {
 public:
  struct Config {
    double learning_rate = 0.1;
    double momentum = 0.9;
    double deviation = 1e-3;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Reinforce(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

  const Policy& policy() const { return *policy_; }

 private:
  // What was drawn, and not told yet.
  struct Drawn {
    lode::Architecture architecture;
    lode::Action action;
  };

  // Returns the action that an architecture under way was drawn with; none if it is not under way.
  std::optional<lode::Action> TakeDrawn(lode::ArchitectureView architecture);
  void Learn(lode::ActionView action, double reward);
  // Adds the reward to the baseline, and returns how much it is above it.
  double AdvantageOf(double reward);

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::optional<Policy> policy_;
  std::vector<Drawn> under_way_;
  double weighted_sum_ = 0, weight_ = 0;  // of the rewards: the baseline
  lode::sampling::RewardReader reader_;
};

}  // namespace reinforce
