#include "plugins/optimizers/l2nas/agent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <lode/testing.hpp>
#include <span>
#include <vector>

namespace l2nas {
namespace {

constexpr double kTiny = std::numeric_limits<double>::denorm_min();

// Computed by hand: rho(x) = tau x above 0 and (tau - 1) x up to 0.
TEST(CheckLossTest, IsSteeperWhereTheCriticIsTooLow) {
  EXPECT_DOUBLE_EQ(CheckLoss(2, 0.9), 1.8);
  EXPECT_DOUBLE_EQ(CheckLoss(-2, 0.9), 0.2);
  EXPECT_DOUBLE_EQ(CheckLoss(2, 0.25), 0.5);
  EXPECT_DOUBLE_EQ(CheckLoss(-2, 0.25), 1.5);
  EXPECT_EQ(CheckLoss(0, 0.9), 0);
  EXPECT_DOUBLE_EQ(CheckLoss(1e-300, 0.9), 9e-301);
  EXPECT_DOUBLE_EQ(CheckLoss(-1e-300, 0.75), 2.5e-301);
}

// At 0 the indicator is one.
TEST(CheckLossTest, SlopeAtAndAroundZero) {
  EXPECT_EQ(CheckLossSlope(kTiny, 0.75), 0.75);
  EXPECT_EQ(CheckLossSlope(0, 0.75), -0.25);
  EXPECT_EQ(CheckLossSlope(-0.0, 0.75), -0.25);
  EXPECT_EQ(CheckLossSlope(-kTiny, 0.75), -0.25);
}

// For the numbers 1 to 10, every c between 9 and 10 is a 0.9-quantile.
TEST(CheckLossTest, IsLeastAtTheQuantile) {
  const auto mean = [](double c) {
    double sum = 0;
    for (int z = 1; z <= 10; ++z) { sum += CheckLoss(z - c, 0.9); }
    return sum / 10;
  };
  EXPECT_NEAR(mean(9), 0.45, 1e-12);  // (0.1 (8 + 7 + ... + 1) + 0.9) / 10
  EXPECT_NEAR(mean(9.5), mean(9), 1e-12);
  EXPECT_NEAR(mean(10), mean(9), 1e-12);
  EXPECT_GT(mean(8.9), mean(9) + 0.009);
  EXPECT_GT(mean(10.1), mean(10) + 0.009);
}

TEST(BatchCountTest, NoneBeforeAFullBatchThenAsManyAsFitUpToTheLimit) {
  // |B| = 8, C_max = 10: one more batch with every eighth trial, from the 8th to the 80th.
  const std::vector<std::size_t> by_eighths = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10};
  for (std::size_t trials = 0; trials < 8 * by_eighths.size(); ++trials) {
    EXPECT_EQ(BatchCount(trials, 8, 10), by_eighths[trials / 8]) << trials;
  }
  for (std::size_t trials = 0; trials < 1000; ++trials) {
    EXPECT_EQ(BatchCount(trials, 64, 1), trials < 64 ? 0u : 1u) << trials;
  }
}

// A batch of the same state in every row.
Batch Repeated(const std::vector<float>& actions, const std::vector<float>& rewards,
               std::size_t cells) {
  Batch batch;
  batch.states.resize(rewards.size() * Padded(cells));
  batch.actions = actions;
  batch.rewards = rewards;
  return batch;
}

Agent::Settings Settings(std::size_t cells, double quantile, double rate) {
  const AdamSettings adam{rate, 0.9, 0.99, 1e-8};
  return {cells, 32, quantile, adam, adam};
}

// With all parameters zero, Q = 0, so the loss is (0.9 * 1 + 0.1 * 1) / 2. Only the critic's last
// bias has a gradient, -(0.9 - 0.1) / 2, and Adam's first step is the learning rate regardless of
// the gradient's size. The actor's value shows that the actor sees the critic after this step.
TEST(AgentTest, FirstUpdateByHand) {
  Agent agent(Settings(3, 0.9, 1e-3));
  const Agent::Losses losses =
      agent.Train(Repeated(std::vector<float>(2 * kLanes, 0.0f), {1.0f, -1.0f}, 3));
  EXPECT_NEAR(losses.critic, 0.5, 1e-12);
  EXPECT_NEAR(losses.actor_value, 1e-3, 1e-9);
  EXPECT_NEAR(static_cast<double>(agent.critic().Bias(3)[0]), 1e-3, 1e-9);
  for (std::size_t l = 0; l < agent.critic().layers(); ++l) {
    for (const float w : agent.critic().Weights(l)) { EXPECT_EQ(w, 0); }
    for (const float w : agent.actor().Weights(l)) { EXPECT_EQ(w, 0); }
  }
  const std::vector<float> state(kLanes);
  for (const float cell : agent.Act(state.data())) { EXPECT_EQ(cell, 0.5f); }
}

// A critic value equal to the reward does not count as below it: slope tau - 1 moves it down.
TEST(AgentTest, AnExactCriticIsPulledDown) {
  Agent agent(Settings(3, 0.9, 1e-3));
  agent.Train(Repeated(std::vector<float>(kLanes, 0.0f), {0.0f}, 3));
  EXPECT_NEAR(static_cast<double>(agent.critic().Bias(3)[0]), -1e-3, 1e-9);
}

// Ten equally likely rewards for one action: the 0.85-quantile is the ninth.
TEST(AgentTest, CriticLearnsTheQuantile) {
  lode::test::RandomStream stream(3, "agent_test");
  Agent agent(Settings(2, 0.85, 1e-3));
  agent.critic().InitializeUniform(stream.random(), 1);
  std::vector<float> rewards;
  for (int i = 0; i < 10; ++i) { rewards.push_back(static_cast<float>(i) / 10); }
  const std::vector<float> actions(10 * kLanes, 0.0f);
  const Batch batch = Repeated(actions, rewards, 2);
  for (int i = 0; i < 3000; ++i) { agent.Train(batch); }
  EXPECT_NEAR(agent.critic().Forward(1, actions.data())[0], 0.8, 0.02);
}

// Trains on a reward that is linear in two cells; returns what the actor proposes.
std::vector<float> ActionFor(double first, double second, const std::vector<std::size_t>& rows) {
  lode::test::RandomStream stream(3, "agent_test");
  const lode::Random random = stream.random();
  Agent::Settings settings = Settings(2, 0.5, 1e-3);
  settings.rows = rows;
  Agent agent(settings);
  agent.critic().InitializeUniform(random, 1);
  agent.actor().InitializeUniform(random, 1);
  std::vector<float> actions(16 * kLanes), rewards(16);
  for (int i = 0; i < 2000; ++i) {
    for (std::size_t row = 0; row < rewards.size(); ++row) {
      const double a = random.Uniform(), b = random.Uniform();
      actions[row * kLanes] = static_cast<float>(a);
      actions[row * kLanes + 1] = static_cast<float>(b);
      rewards[row] = static_cast<float>(first * a + second * b);
    }
    agent.Train(Repeated(actions, rewards, 2));
  }
  const std::vector<float> state(kLanes);
  const std::span<const float> action = agent.Act(state.data());
  return {action.begin(), action.end()};
}

// Reward = first cell - second cell: the actor must move to (1, 0).
TEST(AgentTest, ActorAscendsTheCritic) {
  const std::vector<float> action = ActionFor(1, -1, {});
  EXPECT_GT(action[0], 0.95);
  EXPECT_LT(action[1], 0.05);
}

// Both cells earn, the first one more. Each for itself, both saturate at 1, and the noise decides
// which is larger; where they compete, the first one wins.
TEST(AgentTest, CellsOfARowThatCompeteDoNotAllSaturate) {
  const std::vector<float> each = ActionFor(2, 1, {1, 1}), row = ActionFor(2, 1, {2});
  const std::vector<float> whole = ActionFor(2, 1, {});
  EXPECT_GT(std::min(whole[0], whole[1]), 0.95);
  EXPECT_GT(row[0], 0.9);
  EXPECT_LT(row[1], 0.1);
  EXPECT_EQ(each, ActionFor(-5, 7, {1, 1}));  // alone in its row, a cell stays
}

// The values 1, 2 and 6 of three critics: mean 3, standard deviation sqrt(14 / 3).
TEST(AgentTest, RanksByTheMeanOfTheCriticsAndTheirDisagreement) {
  Agent::Settings settings = Settings(3, 0.9, 1e-3);
  settings.critics = 3;
  Agent agent(settings);
  agent.critic(0).Bias(3)[0] = 1;
  agent.critic(1).Bias(3)[0] = 2;
  agent.critic(2).Bias(3)[0] = 6;
  const std::vector<float> actions(2 * kLanes);
  for (const double deviations : {-1.0, 0.0, 0.5, 2.0}) {
    const std::vector<double> values = agent.Values(actions, deviations);
    ASSERT_EQ(values.size(), 2u);
    EXPECT_NEAR(values[0], 3 + deviations * std::sqrt(14.0 / 3), 1e-9);
    EXPECT_EQ(values[0], values[1]);
  }
}

// Each critic learns from its own batch; the actor ascends only its judge.
TEST(AgentTest, CriticsLearnFromTheirOwnBatches) {
  lode::test::RandomStream stream(3, "agent_test");
  Agent::Settings settings = Settings(2, 0.5, 1e-3);
  settings.critics = 2;
  Agent agent(settings);
  for (std::size_t i = 0; i < 2; ++i) { agent.critic(i).InitializeUniform(stream.random(), 1); }
  agent.actor().InitializeUniform(stream.random(), 1);
  const std::vector<float> actions(4 * kLanes);
  const std::vector<Batch> batches = {Repeated(actions, {1, 1, 1, 1}, 2),
                                      Repeated(actions, {-1, -1, -1, -1}, 2)};
  Agent::Losses losses{};
  for (int i = 0; i < 2000; ++i) { losses = agent.Train(batches, 1); }
  EXPECT_NEAR(agent.critic(0).Forward(1, actions.data())[0], 1, 0.05);
  EXPECT_NEAR(agent.critic(1).Forward(1, actions.data())[0], -1, 0.05);
  const std::vector<float> state(kLanes);
  std::vector<float> proposed(kLanes);
  std::ranges::copy(agent.Act(state.data()), proposed.begin());
  EXPECT_NEAR(losses.actor_value,
              static_cast<double>(agent.critic(1).Forward(1, proposed.data())[0]), 0.05);
}

}  // namespace
}  // namespace l2nas
