#include "plugins/optimizers/reinforce/reinforce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <lode/testing.hpp>
#include <string>
#include <vector>

namespace reinforce {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

class ReinforceTest : public testing::Test {
 protected:
  Reinforce Make(const Grid& grid, double learning_rate) {
    Reinforce reinforce(host_.host(), {.learning_rate = learning_rate});
    reinforce.Bind(grid.space());
    return reinforce;
  }
  lode::Action Ask(Reinforce& reinforce) {
    host_.Enter(step_++, Phase::kAsk);
    return reinforce.Ask();
  }
  void Tell(Reinforce& reinforce, const lode::Space& space, const lode::Action& action,
            double reward, bool failed = false, bool random = false) {
    const lode::Architecture architecture = space.Discretize(action);
    lode::Trial trial{};
    trial.action = action;
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = failed;
    trial.random = random;
    reinforce.Tell(trial);
  }

  TestHost host_;
  std::uint64_t step_ = 0;
};

// One decision with two values, a and b. The first trial is its own baseline and teaches nothing.
// At the second, the baseline is (0.09 r1 + 0.1 r2) / 0.19, and the gradient in the logit of what
// was drawn is (r2 - baseline) (1 - p) = g; the first is 0, so that Adam's corrected moments are
// 0.1 g / (1 - 0.9^2) and 0.001 g^2 / (1 - 0.999^2).
TEST_F(ReinforceTest, TheSecondTrialIsJudgedByTheMovingAverage) {
  const Grid grid(1, 2);
  Reinforce reinforce = Make(grid, 0.01);
  const std::vector<double> logits = reinforce.policy().logits();
  Tell(reinforce, grid.space(), {1, 0}, 50);
  EXPECT_EQ(reinforce.policy().logits(), logits);
  Tell(reinforce, grid.space(), {0, 1}, 60);
  const double p = std::exp(logits[1]) / (std::exp(logits[0]) + std::exp(logits[1]));
  const double g = (60 - (0.09 * 50 + 0.1 * 60) / 0.19) * (1 - p);
  const double moved = 0.01 * (0.1 * g / 0.19) / (std::sqrt(0.001 * g * g / 0.001999) + 1e-8);
  EXPECT_NEAR(reinforce.policy().logits()[1], logits[1] + moved, 1e-12);
  EXPECT_NEAR(reinforce.policy().logits()[0], logits[0] - moved, 1e-12);
}

TEST_F(ReinforceTest, WhatThePolicyDidNotDrawTeachesNothing) {
  const Grid grid(3, 4);
  Reinforce reinforce = Make(grid, 0.1);
  const std::vector<double> logits = reinforce.policy().logits();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 5; ++i) {
    Tell(reinforce, grid.space(), Ask(reinforce), nan, /*failed=*/true);
    Tell(reinforce, grid.space(), Ask(reinforce), i, false, /*random=*/true);
    const lode::Architecture proposed = grid.space().Parse("0-1-2");
    lode::Trial trial{};
    trial.architecture = proposed;
    trial.reward = i;
    reinforce.Tell(trial);
  }
  EXPECT_EQ(reinforce.policy().logits(), logits);
}

// With equal rewards no choice is better than another.
TEST_F(ReinforceTest, EqualRewardsTeachNothing) {
  const Grid grid(3, 4);
  Reinforce reinforce = Make(grid, 0.1);
  const std::vector<double> logits = reinforce.policy().logits();
  for (int i = 0; i < 50; ++i) { Tell(reinforce, grid.space(), Ask(reinforce), 0.5); }
  for (std::size_t c = 0; c < logits.size(); ++c) {
    EXPECT_NEAR(reinforce.policy().logits()[c], logits[c], 1e-6);
  }
}

// The number of decisions with their best value, 3. A random architecture of 4^8 has two.
double Score(const std::string& text) { return static_cast<double>(std::ranges::count(text, '3')); }

TEST_F(ReinforceTest, LearnsWithAnyNumberUnderWay) {
  const Grid grid(8, 4);
  for (const std::size_t width : {1, 5}) {
    Reinforce reinforce = Make(grid, 0.1);
    std::vector<lode::Action> under_way;
    double late = 0;
    for (int i = 0; i < 300; ++i) {
      while (under_way.size() < width) { under_way.push_back(Ask(reinforce)); }
      const lode::Action action = under_way.front();
      under_way.erase(under_way.begin());
      const double score = Score(grid.space().Format(grid.space().Discretize(action)));
      Tell(reinforce, grid.space(), action, score);
      if (i >= 250) { late += score / 50; }
    }
    EXPECT_GT(late, 7) << width;
  }
}

}  // namespace
}  // namespace reinforce
