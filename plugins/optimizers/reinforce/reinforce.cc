#include "plugins/optimizers/reinforce/reinforce.h"

#include <algorithm>
#include <utility>

namespace reinforce {

lode::Params<Reinforce::Config> Reinforce::Parameters() {
  return {lode::Param<Config>("learning_rate", &Config::learning_rate,
                              "Adam's learning rate for the logits.", lode::Range{0, 10, true})
              .LogScale(),
          {"momentum", &Config::momentum,
           "Weight of the earlier rewards in the baseline, a moving average.",
           lode::Range{.min = 0, .max = 1, .open_max = true}},
          {"deviation", &Config::deviation, "Standard deviation of the logits at the beginning.",
           lode::Range{0, 10}}};
}

lode::Presets Reinforce::Presets() {
  return {{"measured",
           "A rate whose results are about as close to those that NAS-Bench-201 publishes as the "
           "results of nats, and which finds the best of its table in the fewest queries.",
           {{"learning_rate", 0.1}, {"momentum", 0.9}, {"deviation", 1e-3}}},
          {"nats",
           "The rate of NATS-Bench's scripts (Dong et al., TPAMI 2021).",
           {{"learning_rate", 0.01}, {"momentum", 0.9}, {"deviation", 1e-3}}},
          {"nb201",
           "The rate that NAS-Bench-201's README passes to its script. It gives lower figures than "
           "those published: the policies settle too early.",
           {{"learning_rate", 0.5}, {"momentum", 0.9}, {"deviation", 1e-3}}}};
}

void Reinforce::Bind(const lode::Space& space) {
  space_ = space;
  policy_.emplace(lode::sampling::Rows(space));
  policy_->Initialize(host_.Random(), config_.deviation);
}

lode::Architecture Reinforce::Ask() {
  lode::Action action = policy_->Draw(host_.Random());
  lode::Architecture architecture = space_->Discretize(action);
  under_way_.push_back({architecture, std::move(action)});
  return architecture;
}

void Reinforce::Tell(const lode::Trial& trial) {
  if (trial.random) { return; }
  const std::optional<lode::Action> action = TakeDrawn(trial.architecture);
  if (!action) { return; }
  if (const auto reward = reader_.Read(trial)) { Learn(*action, *reward); }
}

std::optional<lode::Action> Reinforce::TakeDrawn(lode::ArchitectureView architecture) {
  const auto drawn = std::ranges::find_if(
      under_way_, [&](const Drawn& d) { return std::ranges::equal(d.architecture, architecture); });
  if (drawn == under_way_.end()) { return std::nullopt; }
  lode::Action action = std::move(drawn->action);
  under_way_.erase(drawn);
  return action;
}

void Reinforce::Learn(lode::ActionView action, double reward) {
  const double advantage = AdvantageOf(reward);
  std::vector<double> gradient = policy_->Score(action);
  for (double& g : gradient) { g *= advantage; }
  policy_->Ascend(gradient, config_.learning_rate);
}

double Reinforce::AdvantageOf(double reward) {
  weighted_sum_ = config_.momentum * weighted_sum_ + (1 - config_.momentum) * reward;
  weight_ = config_.momentum * weight_ + (1 - config_.momentum);
  return reward - weighted_sum_ / weight_;
}

}  // namespace reinforce

LODE_PLUGIN(
    "lode.reinforce", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<reinforce::Reinforce>(
        "reinforce", "1.0.0",
        "REINFORCE: a softmax policy for each decision, which ascends reward.",
        "Williams, Simple Statistical Gradient-Following Algorithms for Connectionist "
        "Reinforcement Learning, Machine Learning 1992, as the authors of NAS-Bench-201 search "
        "with it (Dong and Yang, ICLR 2020). Each row of the space's matrices has logits of its "
        "own, drawn from by Gumbel noise on every cell; where rows compete, as the edges of "
        "DARTS do, the policy also learns which rows win. What a limit "
        "has rejected counts as the lowest reward so far.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));
