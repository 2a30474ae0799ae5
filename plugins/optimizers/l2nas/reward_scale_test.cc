#include "plugins/optimizers/l2nas/reward_scale.h"

#include <gtest/gtest.h>

namespace l2nas {
namespace {

RewardScale ScaleOf(std::initializer_list<double> rewards) {
  RewardScale scale;
  for (const double reward : rewards) { scale.Add(reward); }
  return scale;
}

TEST(RewardScaleTest, TheBestIsOneTheMedianZeroAndTheWorstMinusOne) {
  const RewardScale scale = ScaleOf({80, 10, 90, 86, 84});  // median 84, best 90
  EXPECT_EQ(scale.size(), 5u);
  EXPECT_DOUBLE_EQ(scale(90), 1);
  EXPECT_DOUBLE_EQ(scale(87), 0.5);
  EXPECT_DOUBLE_EQ(scale(84), 0);
  EXPECT_DOUBLE_EQ(scale(81), -0.5);
  EXPECT_DOUBLE_EQ(scale(78), -1);
  EXPECT_DOUBLE_EQ(scale(10), -1);
}

TEST(RewardScaleTest, AnEvenNumberHasItsMedianInBetween) {
  const RewardScale scale = ScaleOf({4, 1, 2, 8});  // median 3, best 8
  EXPECT_DOUBLE_EQ(scale(3), 0);
  EXPECT_DOUBLE_EQ(scale(5.5), 0.5);
}

// The critic's targets do not depend on the reward's unit.
TEST(RewardScaleTest, ShiftAndFactorDoNotMatter) {
  const RewardScale scale = ScaleOf({1, 2, 5, 9, 3});
  const RewardScale scaled = ScaleOf({-98, -96, -90, -82, -94});  // 2 r - 100
  for (const double reward : {0.0, 1.0, 2.5, 4.0, 9.0}) {
    EXPECT_DOUBLE_EQ(scaled(2 * reward - 100), scale(reward)) << reward;
  }
}

// Also with a single reward: no division by zero.
TEST(RewardScaleTest, EqualRewardsAreAllTheBest) {
  EXPECT_EQ(ScaleOf({7})(7), 1);
  EXPECT_EQ(ScaleOf({7, 7, 7})(7), 1);
  EXPECT_EQ(ScaleOf({1, 7, 7})(7), 1);
  EXPECT_EQ(ScaleOf({1, 7, 7})(1), -1);
}

}  // namespace
}  // namespace l2nas
