// Actor and critics, and how a batch trains them (L2NAS, section 2.3).
#pragma once

#include <algorithm>
#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/l2nas/replay.h"
#include "toolkit/networks/mlp.h"

namespace l2nas {

using lode::kernels::kLanes;
using lode::kernels::Padded;
using lode::networks::AdamSettings;
using lode::networks::Mlp;
using lode::networks::Output;

// rho_tau(x) = x (tau - 1[x <= 0]), the loss of the tau-quantile (section 2.3).
inline double CheckLoss(double x, double tau) { return x * (tau - (x <= 0 ? 1 : 0)); }

// Its derivative in x. At 0, where it has none, the derivative from the left, in line with the
// indicator's "<=".
inline double CheckLossSlope(double x, double tau) { return tau - (x <= 0 ? 1 : 0); }

// C = min(floor(|R| / |B|), C_max): the number of batches that a step trains on; 0 until |R| >=
// |B|.
inline std::size_t BatchCount(std::size_t replay_size, std::size_t batch_size,
                              std::size_t max_batches) {
  return std::min(replay_size / batch_size, max_batches);
}

class Agent {
 public:
  struct Settings {
    std::size_t cells;
    std::size_t width;
    double quantile;  // tau
    AdamSettings actor;
    AdamSettings critic;
    std::size_t critics = 1;
    // The numbers of cells of the rows whose cells compete; empty: the actor follows the critic's
    // whole gradient.
    std::vector<std::size_t> rows{};
  };

  explicit Agent(const Settings& settings,
                 const lode::kernels::KernelSet& kernels = lode::kernels::Best());

  Mlp& actor() { return actor_; }
  Mlp& critic(std::size_t i = 0) { return critics_[i]; }
  std::size_t critics() const { return critics_.size(); }

  // mu(s): cells values in (0, 1), valid until the next call. `state` has Padded(cells) floats.
  std::span<const float> Act(const float* state);

  // The mean of the critics' values of each action, plus `deviations` times their standard
  // deviation: optimistic where they disagree. `actions` has rows of Padded(cells) floats.
  std::vector<double> Values(std::span<const float> actions, double deviations);

  struct Losses {
    double critic;       // mean check loss before the step, eq. 5; with several critics their mean
    double actor_value;  // mean Q(mu(s)) before the step, eq. 6
  };
  // Takes one step of each critic on eq. 5 and its own batch, then one actor step on eq. 6 with the
  // updated critic number `judge` and the states of its batch.
  Losses Train(std::span<const Batch> batches, std::size_t judge);
  // The same with one critic.
  Losses Train(const Batch& batch) { return Train({&batch, 1}, 0); }

  // All networks. As for Mlp, a Load that throws leaves them unusable.
  void Save(lode::Writer& writer) const;
  void Load(lode::Reader& reader);

 private:
  double TrainCritic(Mlp& critic, const Batch& batch);
  double TrainActor(Mlp& critic, const Batch& batch);
  std::span<const float> Competing(std::span<const float> gradient);

  Settings settings_;
  Mlp actor_;                 // mu: state -> action
  std::vector<Mlp> critics_;  // Q: action -> tau-quantile of the reward
  std::vector<float> d_value_;
  std::vector<float> proposed_;
  std::vector<float> gradient_;
};

}  // namespace l2nas
