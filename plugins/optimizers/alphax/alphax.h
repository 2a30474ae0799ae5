// The optimizer "alphax".
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugins/optimizers/alphax/reward_scale.h"
#include "plugins/optimizers/alphax/tree.h"
#include "plugins/optimizers/alphax/value_network.h"
#include "toolkit/sampling/rows.h"

namespace alphax {

// AlphaX (Wang, Zhao, Jinnai, Tian and Fonseca, Neural Architecture Search using Deep Neural
// Networks and Monte Carlo Tree Search, AAAI 2020; code: linnanwang/AlphaX-NASBench101): Monte
// Carlo tree search with a value network, the paper's Meta-DNN.
//
//   selection:    descend by UCB1 to a node that was not visited
//   expansion:    that node joins the tree
//   simulation:   complete the node's prefix at random and propose what comes out; complete it
//                 `rollouts` more times and predict their rewards
//   back-propagation: the value Q = (reward + mean of the predictions) / 2 is added to the node and
//                 all above it
//   every `train_interval` results: train the network on all results so far
//
// Of the paper: these steps, UCB1 with 2c, Q, real rewards instead of predictions where they are
// known, and the network's four hidden layers, loss and training. Preset `paper` has its settings,
// with fewer units than its code's 512, 2048, 2048 and 512.
//
// What other spaces and goals make necessary:
//   - The tree's levels are the rows of the space's matrices, in order; the paper adds nodes, edges
//     or an end to a cell of NAS-Bench-101. Where rows compete, as the edges of DARTS do, not to
//     use a row is a choice, too, and a prefix that no architecture has is closed once it is met.
//   - The network sees the architecture's cells, and its output is linear, since rewards have any
//     unit. Before its first training, Q is the reward alone.
//   - No architecture is proposed twice, while there are others: a node with nothing left is
//     closed. The paper's agent visits its leaves again, which costs it no training.
//   - A failure or a rejection by a limit is a visit of the value 0, like the paper's architectures
//     that its table does not have, for the tree and for the network.
//   - A proposal under way counts as such a visit until it is told (virtual loss).
//   - A trial that was not asked for is a visit with its reward for the nodes on its path that were
//     visited before.
//
// By default it also departs from the paper where this was measured to need fewer queries: rewards
// are relative to the median and the best so far (see reward_scale.h); of all rollouts that are
// new, the one that the network values most is proposed; and the network is smaller and trained
// more often.
class AlphaX {
 public:
  struct Config {
    double ucb_constant = 0.2;
    std::int64_t rollouts = 32;
    bool best_rollout = true;
    bool relative_rewards = true;
    std::int64_t train_interval = 10;
    std::int64_t epochs = 20;
    std::int64_t max_batches = 50;
    std::int64_t batch_size = 16;
    double learning_rate = 3e-3;
    std::int64_t outer_width = 32;
    std::int64_t inner_width = 32;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  AlphaX(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  // Records the depth of the node that the simulation started from and, once the network is
  // trained, the mean reward that it predicts there: "depth" and "predicted_reward".
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

  const Tree& tree() const { return *tree_; }

 private:
  struct Simulation {
    lode::Architecture architecture;
    std::optional<double> predicted;  // the mean reward of the other rollouts
  };
  // What was proposed, and not told yet.
  struct UnderWay {
    Choices choices;
    std::size_t depth;  // of the node that the simulation started from
    std::optional<double> predicted;
  };

  ValueNetwork::Settings NetworkSettings() const;

  // Named steps of Ask(). Simulate returns none if the node has nothing to propose; then it has
  // closed it, or a node below it.
  void TrainIfDue(lode::Random random);
  std::optional<Simulation> Simulate(lode::Random random, const Choices& prefix);
  void Begin(const Choices& prefix, const Simulation& simulation);

  // Named steps of Simulate().
  std::optional<lode::Architecture> DrawUnseen(lode::Random random, Choices prefix);
  // Completes a prefix at random. The result has another one if no architecture has this.
  lode::Architecture RollOut(lode::Random random, const Choices& prefix) const;
  std::vector<double> RewardsOf(const std::vector<lode::Architecture>& rollouts);
  bool IsSeen(lode::ArchitectureView architecture) const;

  // Named steps of Tell().
  UnderWay TakeUnderWay(const Choices& choices);
  UnderWay BeginUnasked(const Choices& choices);
  void Learn(const lode::Trial& trial, const UnderWay& proposal);

  RewardInterval Interval() const;
  double Clipped(double reward) const;

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::optional<lode::sampling::Rows> rows_;
  std::optional<Tree> tree_;
  std::optional<ValueNetwork> network_;
  RewardScale scale_;
  std::vector<UnderWay> under_way_;
  // The reward of each architecture that was told, by its bytes; none if it failed.
  std::unordered_map<std::string, std::optional<double>> told_;
};

}  // namespace alphax
