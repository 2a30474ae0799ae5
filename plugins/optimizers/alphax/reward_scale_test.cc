#include "plugins/optimizers/alphax/reward_scale.h"

#include <gtest/gtest.h>

namespace alphax {
namespace {

TEST(RewardScaleTest, TheMedianIsTheMiddleAndTheBestTheEnd) {
  RewardScale scale;
  EXPECT_EQ(scale.interval().low, 0);
  EXPECT_EQ(scale.interval().high, 1);
  for (const double reward : {90.0, 10.0, 80.0, 94.0, 86.0}) { scale.Add(reward); }
  // The median is 86, the best 94.
  const RewardInterval interval = scale.interval();
  EXPECT_EQ(interval.low, 78);
  EXPECT_EQ(interval.high, 94);
  EXPECT_EQ(interval.ToUnit(86), 0.5);
  EXPECT_EQ(interval.ToUnit(62), -1);
  EXPECT_EQ(interval.FromUnit(0.25), 82);
  scale.Add(88);  // the median of an even number is between two: 87
  EXPECT_EQ(scale.interval().low, 80);
}

TEST(RewardScaleTest, EqualRewardsAreInTheMiddle) {
  RewardScale scale;
  scale.Add(3);
  EXPECT_EQ(scale.interval().ToUnit(3), 0.5);
}

}  // namespace
}  // namespace alphax
