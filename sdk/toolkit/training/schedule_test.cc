#include "toolkit/training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lode::training {
namespace {

TEST(ScheduleTest, FallsAlongHalfACosineWave) {
  const Schedule schedule{0.1, 0, 10, 0};
  EXPECT_DOUBLE_EQ(schedule.LearningRate(0), 0.1);
  // cos(pi / 5) = (1 + sqrt(5)) / 4
  EXPECT_NEAR(schedule.LearningRate(2), 0.05 * (1 + (1 + std::sqrt(5.0)) / 4), 1e-15);
  EXPECT_NEAR(schedule.LearningRate(5), 0.05, 1e-15);
  // cos(9 pi / 10) = -sqrt(10 + 2 sqrt(5)) / 4
  EXPECT_NEAR(schedule.LearningRate(9), 0.05 * (1 - std::sqrt(10 + 2 * std::sqrt(5.0)) / 4), 1e-15);
}

TEST(ScheduleTest, ReachesTheEndAtTheStepAfterTheLast) {
  const Schedule schedule{0.1, 0.02, 8, 0};
  EXPECT_NEAR(schedule.LearningRate(4), 0.06, 1e-15);
  EXPECT_NEAR(schedule.LearningRate(8), 0.02, 1e-15);
  EXPECT_GT(schedule.LearningRate(7), 0.02);
}

TEST(ScheduleTest, CanFallOncePerPeriod) {
  const Schedule by_step{0.1, 0.02, 12, 0}, by_epoch{0.1, 0.02, 12, 0, 4};
  for (const std::uint64_t step : {0, 1, 3, 4, 7, 8, 11}) {
    EXPECT_EQ(by_epoch.LearningRate(step), by_step.LearningRate(step / 4 * 4)) << step;
  }
  // Epoch 1 of 3: cos(pi / 3) = 1 / 2
  EXPECT_NEAR(by_epoch.LearningRate(5), 0.02 + 0.08 * 0.75, 1e-15);
}

TEST(ScheduleTest, CanFallLinearly) {
  const Schedule schedule{0.1, 0.02, 12, 4, 2, true};
  EXPECT_NEAR(schedule.LearningRate(1), 0.05, 1e-15);
  for (const std::uint64_t step : {4, 6, 8, 10}) {
    const double expected = 0.1 - 0.01 * static_cast<double>(step - 4);
    EXPECT_NEAR(schedule.LearningRate(step), expected, 1e-15);
    EXPECT_EQ(schedule.LearningRate(step + 1), schedule.LearningRate(step));
  }
}

TEST(ScheduleTest, RisesLinearlyBefore) {
  const Schedule schedule{0.1, 0, 12, 4};
  for (const std::uint64_t step : {0, 1, 2, 3}) {
    EXPECT_NEAR(schedule.LearningRate(step), 0.025 * static_cast<double>(step + 1), 1e-15);
  }
  EXPECT_NEAR(schedule.LearningRate(4), 0.1, 1e-15);
  EXPECT_NEAR(schedule.LearningRate(8), 0.05, 1e-15);
  // cos(3 pi / 4) = -1 / sqrt(2)
  EXPECT_NEAR(schedule.LearningRate(10), 0.05 * (1 - 1 / std::sqrt(2.0)), 1e-15);
}

TEST(ScheduleTest, CanRiseToTheLastStep) {
  const Schedule schedule{0.3, 0, 3, 3};
  EXPECT_NEAR(schedule.LearningRate(0), 0.1, 1e-15);
  EXPECT_NEAR(schedule.LearningRate(2), 0.3, 1e-15);
}

}  // namespace
}  // namespace lode::training
