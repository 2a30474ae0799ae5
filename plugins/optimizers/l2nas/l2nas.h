// The optimizer L2NAS (Mills et al., L2NAS: Learning to Optimize Neural Architectures via
// Continuous-Action Reinforcement Learning, CIKM 2021): an actor proposes the next action from what
// the best architectures so far have in common, a critic learns the upper quantile of the reward
// that an action earns, and the actor ascends the critic.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugins/optimizers/l2nas/agent.h"
#include "plugins/optimizers/l2nas/replay.h"
#include "plugins/optimizers/l2nas/top_k.h"

namespace l2nas {

class L2nas {
 public:
  struct Config {
    std::int64_t top_k = 64;
    double quantile = 0.9;
    std::int64_t batch_size = 8;
    std::int64_t max_batches = 10;
    double noise = 1e-4;
    double actor_learning_rate = 1e-4;
    double critic_learning_rate = 1e-4;
    double beta1 = 0.9;
    double beta2 = 0.99;
    double epsilon = 1e-8;
    std::int64_t hidden_width = 128;
    std::int64_t replay_capacity = 0;
    std::string initialization = "uniform";
    double output_scale = 1.0;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws InvalidError if the replay buffer could never hold a batch.
  L2nas(lode::Host host, const Config& config);

  void Bind(const lode::Space& space);
  // alpha = mu(s) + z, eq. 4, with z uniform on +-noise in each cell. Not clipped, as in the paper:
  // a cell may leave [0, 1] by the noise. Several proposals may be under way: each comes from the
  // current networks and state, and nothing is stored for it. A failure teaches the networks
  // nothing, so they would propose the same action again: after an architecture has failed
  // kFailures times in a row, noise that doubles is added until it leads elsewhere, as after a
  // rejection.
  lode::Action Ask();
  // Learns from a trial, whoever proposed it: a random action of the exploration strategy is as
  // good. A trial without an action (an architecture was proposed) counts as the action with the
  // architecture's ones and zeros. Failed trials are ignored. The state stored in the replay buffer
  // with the action is the latest one, which with several proposals under way is later than the one
  // the action came from. This does not matter, because neither loss uses both: the critic does not
  // see the state, and the actor's own action replaces the trial's.
  void Tell(const lode::Trial& trial);

  // Both networks with Adam's moments: the policy. Replay buffer and top-K belong to the search and
  // start empty.
  void Save(lode::Writer& writer) const;
  void Load(lode::Reader& reader);

 private:
  static constexpr int kFailures = 2;  // some are transient

  bool Fails(lode::ActionView action) const;
  // Adds noise until the action's architecture is not a failing one, or all attempts are used up.
  void AvoidFailure(lode::Action& action) const;
  void CountFailure(const lode::Trial& trial);

  Agent::Settings AgentSettings() const;
  Agent NewAgent() const;
  void Remember(const lode::Trial& trial);
  void Train();

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::size_t cells_ = 0;
  std::optional<Agent> agent_;
  std::optional<TopK> top_k_;
  std::optional<Replay> replay_;
  // The number of failures in a row of each architecture whose last trial failed; by its bytes.
  std::map<std::string, int> failures_;
  std::vector<float> state_;   // s_t, padded
  std::vector<float> action_;  // scratch, padded
  Batch batch_;
};

const lode_component* Component();

}  // namespace l2nas
