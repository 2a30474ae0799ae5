#include "plugins/optimizers/reinforce/reinforce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <string>
#include <vector>

namespace reinforce {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class ReinforceTest : public testing::Test {
 protected:
  Reinforce Make(const Grid& grid, double learning_rate = 0.1) {
    host_.Enter(0, Phase::kSetup);
    Reinforce reinforce(host_.host(), {.learning_rate = learning_rate});
    reinforce.Bind(grid.space());
    step_ = 0;
    return reinforce;
  }
  lode::Architecture Ask(Reinforce& reinforce) {
    host_.Enter(step_++, Phase::kAsk);
    return reinforce.Ask();
  }
  static void Tell(Reinforce& reinforce, const lode::Architecture& architecture, double reward,
                   bool rejected = false) {
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.rejected = rejected;
    reinforce.Tell(trial);
  }

  TestHost host_;
  std::uint64_t step_ = 0;
};

// One decision with two values. The first trial is its own baseline and teaches nothing. At the
// second, the baseline is (0.09 r1 + 0.1 r2) / 0.19, and the gradient in the logit of what was
// drawn is (r2 - baseline) (1 - p) = g; the first gradient is 0, so that Adam's corrected moments
// are 0.1 g / (1 - 0.9^2) and 0.001 g^2 / (1 - 0.999^2).
TEST_F(ReinforceTest, TheSecondTrialIsJudgedByTheMovingAverage) {
  const Grid grid(1, 2);
  Reinforce reinforce = Make(grid, 0.01);
  const std::vector<double> logits = reinforce.policy().logits();
  Tell(reinforce, Ask(reinforce), 50);
  EXPECT_EQ(reinforce.policy().logits(), logits);
  const lode::Architecture drawn = Ask(reinforce);
  Tell(reinforce, drawn, 60);
  const std::size_t k = drawn[0] != 0 ? 0 : 1;
  const double p = std::exp(logits[k]) / (std::exp(logits[0]) + std::exp(logits[1]));
  const double g = (60 - (0.09 * 50 + 0.1 * 60) / 0.19) * (1 - p);
  const double moved = 0.01 * (0.1 * g / 0.19) / (std::sqrt(0.001 * g * g / 0.001999) + 1e-8);
  EXPECT_NEAR(reinforce.policy().logits()[k], logits[k] + moved, 1e-12);
  EXPECT_NEAR(reinforce.policy().logits()[1 - k], logits[1 - k] - moved, 1e-12);
}

TEST_F(ReinforceTest, WhatThePolicyDidNotDrawTeachesNothing) {
  const Grid grid(3, 4);
  Reinforce reinforce = Make(grid);
  const std::vector<double> logits = reinforce.policy().logits();
  for (int i = 0; i < 5; ++i) {
    const lode::Architecture drawn = Ask(reinforce);
    lode::Trial random{};
    random.architecture = drawn;
    random.reward = i;
    random.random = true;
    reinforce.Tell(random);
    Tell(reinforce, drawn, kNan);
    Tell(reinforce, drawn, i);  // it is not under way any more
  }
  EXPECT_EQ(reinforce.policy().logits(), logits);
}

TEST_F(ReinforceTest, ARejectionCountsAsTheLowestReward) {
  const Grid grid(3, 4);
  Reinforce rejected = Make(grid);
  Tell(rejected, Ask(rejected), kNan, true);  // nothing is known yet
  for (const double reward : {60, 50, 70}) { Tell(rejected, Ask(rejected), reward); }
  Tell(rejected, Ask(rejected), kNan, true);
  Reinforce low = Make(grid);
  Tell(low, Ask(low), kNan);
  for (const double reward : {60, 50, 70, 50}) { Tell(low, Ask(low), reward); }
  EXPECT_EQ(rejected.policy().logits(), low.policy().logits());
}

TEST_F(ReinforceTest, EqualRewardsTeachNothing) {
  const Grid grid(3, 4);
  Reinforce reinforce = Make(grid);
  const std::vector<double> logits = reinforce.policy().logits();
  for (int i = 0; i < 50; ++i) { Tell(reinforce, Ask(reinforce), 0.5); }
  for (std::size_t c = 0; c < logits.size(); ++c) {
    EXPECT_NEAR(reinforce.policy().logits()[c], logits[c], 1e-6);
  }
}

// The reward is the number of decisions with their best value, 3: a random architecture of 4^8 has
// two.
TEST_F(ReinforceTest, LearnsWithAnyNumberUnderWay) {
  const Grid grid(8, 4);
  for (const std::size_t width : {1, 5}) {
    Reinforce reinforce = Make(grid);
    std::deque<lode::Architecture> under_way;
    double late = 0;
    for (int i = 0; i < 300; ++i) {
      while (under_way.size() < width) { under_way.push_back(Ask(reinforce)); }
      const std::string text = grid.space().Format(under_way.front());
      const auto height = static_cast<double>(std::ranges::count(text, '3'));
      Tell(reinforce, under_way.front(), height);
      under_way.pop_front();
      if (i >= 250) { late += height / 50; }
    }
    EXPECT_GT(late, 7) << width;
  }
}

}  // namespace
}  // namespace reinforce
