// The optimizer L2NAS (Mills et al., L2NAS: Learning to Optimize Neural Architectures via
// Continuous-Action Reinforcement Learning, CIKM 2021): an actor proposes the next action from what
// the best architectures so far have in common, a critic learns the upper quantile of the reward
// that an action earns, and the actor ascends the critic.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "plugins/optimizers/l2nas/agent.h"
#include "plugins/optimizers/l2nas/candidates.h"
#include "plugins/optimizers/l2nas/replay.h"
#include "plugins/optimizers/l2nas/reward_scale.h"
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
    std::string critic_input = "action";
    bool rows_compete = false;
    std::int64_t critics = 1;
    bool relative_rewards = false;
    double best_share = 0;
    std::int64_t best_trials = 32;
    double explore_start = 0;
    double explore_end = 0;
    std::int64_t explore_steps = 40;
    std::int64_t actor_candidates = 0;
    std::int64_t mutant_candidates = 0;
    std::int64_t uniform_candidates = 0;
    double logit_noise = 1;
    std::int64_t parents = 10;
    double second_mutation = 0.5;
    double deviations = 1;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws InvalidError if the replay buffer could never hold a batch.
  L2nas(lode::Host host, const Config& config);

  void Bind(const lode::Space& space);
  // Proposes one of three, of which the paper has the first:
  //
  //   alpha = mu(s) + z, eq. 4, with z uniform on +-noise in each cell. Not clipped, as in the
  //     paper: a cell may leave [0, 1] by the noise. A failure teaches the networks nothing, so
  //     they would propose the same action again: after an architecture has failed kFailures times
  //     in a row, noise that doubles is added until it leads elsewhere, as after a rejection;
  //   the best candidate by the critics, if the configuration asks for candidates (see
  //     candidates.h);
  //   an unseen architecture at random, with the probability of explore_start and explore_end.
  //
  // Several proposals may be under way: each comes from the current networks and state. The latter
  // two are never proposed a second time; nothing else is stored for a proposal.
  std::variant<lode::Action, lode::Architecture> Ask();
  // Learns from a trial, whoever proposed it: a random action of the exploration strategy is as
  // good. A trial without an action (an architecture was proposed) counts as the action with the
  // architecture's ones and zeros. Failed trials are ignored. The state stored in the replay buffer
  // with the action is the latest one, which with several proposals under way is later than the one
  // the action came from. This does not matter, because neither loss uses both: the critic does not
  // see the state, and the actor's own action replaces the trial's.
  void Tell(const lode::Trial& trial);

  // All networks with Adam's moments: the policy. Replay buffer and top-K belong to the search and
  // start empty.
  void Save(lode::Writer& writer) const;
  void Load(lode::Reader& reader);

 private:
  static constexpr int kFailures = 2;  // some are transient

  // Named steps of Bind().
  Agent::Settings AgentSettings() const;
  Agent NewAgent() const;
  std::vector<std::size_t> CompetingRows() const;
  Candidates::Settings CandidateSettings() const;
  void Initialize(Mlp& network);

  // Named steps of Ask().
  bool Explores(lode::Random random) const;
  lode::Architecture DrawUnseen(lode::Random random);
  lode::Architecture BestCandidate(lode::Random random);
  lode::Action NoisyAction(lode::Random random);
  bool Fails(lode::ActionView action) const;
  // Adds noise until the action's architecture is not a failing one, or all attempts are used up.
  void AvoidFailure(lode::Random random, lode::Action& action) const;

  // Named steps of Tell().
  void CountFailure(const lode::Trial& trial);
  void Remember(const lode::Trial& trial);
  void UpdateState(const lode::Trial& trial);
  void Train();
  void DrawBatches(lode::Random random, std::span<const std::size_t> best);

  void CheckShape(lode::Reader& reader) const;

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::size_t cells_ = 0;
  std::optional<Agent> agent_;
  std::optional<TopK> top_k_;
  std::optional<Replay> replay_;
  std::optional<Candidates> candidates_;
  RewardScale scale_;
  std::unordered_set<std::string> told_;  // architectures that did not fail, by their bytes
  // The number of failures in a row of each architecture whose last trial failed; by its bytes.
  std::map<std::string, int> failures_;
  std::vector<float> state_;    // s_t, padded
  std::vector<float> action_;   // scratch, padded
  std::vector<Batch> batches_;  // one for each critic
};

const lode_component* Component();

}  // namespace l2nas
