#include "core/search/reward.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

const std::vector<MetricDeclaration> kMetrics = {
    {"valid_accuracy", "percent", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "cifar10", 200,
     false},
    {"test_accuracy", "percent", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_TEST, "cifar10", 200,
     false},
    {"share", "fraction", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "", 0, false},
    {"latency", "ms", "Time.", LODE_MINIMIZE, LODE_SPLIT_NONE, "", 0, false},
};
const std::vector<double> kValues = {50.0, 60.0, 0.5, 12.5};

RewardConfig Config(const char* metric, Transform transform, double reference = 0,
                    bool allow_test = false) {
  return {metric, transform, reference, allow_test, {}};
}

// 100^0.5 = 10.
TEST(Reward, ExponentialIsEquation3) {
  EXPECT_DOUBLE_EQ(ExponentialReward(0), 1);
  EXPECT_DOUBLE_EQ(ExponentialReward(1), 100);
  EXPECT_DOUBLE_EQ(Reward(Config("valid_accuracy", Transform::kExponential), kMetrics)(kValues),
                   10);
  EXPECT_DOUBLE_EQ(Reward(Config("share", Transform::kExponential), kMetrics)(kValues), 10);
}

// Acc = AccEnv gives 100/100 - 1 = 0; Acc = AccEnv / 2 gives 10/100 - 1 = -0.9.
TEST(Reward, RelativeIsEquation7) {
  EXPECT_DOUBLE_EQ(RelativeReward(0.76, 0.76), 0);
  EXPECT_NEAR(RelativeReward(0.38, 0.76), -0.9, 1e-15);
  EXPECT_NEAR(Reward(Config("valid_accuracy", Transform::kRelative, 100.0), kMetrics)(kValues),
              -0.9, 1e-15);
  EXPECT_NEAR(Reward(Config("share", Transform::kRelative, 1.0), kMetrics)(kValues), -0.9, 1e-15);
}

TEST(Reward, IdentityTurnsLessIsBetterRound) {
  EXPECT_EQ(Reward(Config("valid_accuracy", Transform::kIdentity), kMetrics)(kValues), 50);
  EXPECT_EQ(Reward(Config("latency", Transform::kIdentity), kMetrics)(kValues), -12.5);
}

TEST(Reward, TestSplitNeedsLeave) {
  EXPECT_THROW(Reward(Config("test_accuracy", Transform::kIdentity), kMetrics), HostError);
  EXPECT_EQ(Reward(Config("test_accuracy", Transform::kIdentity, 0, true), kMetrics)(kValues), 60);
}

TEST(Reward, AccuracyTransformsRefuseOtherUnitsAndUnknownMetrics) {
  EXPECT_THROW(Reward(Config("latency", Transform::kExponential), kMetrics), HostError);
  EXPECT_THROW(Reward(Config("accuracy", Transform::kIdentity), kMetrics), HostError);
}

}  // namespace
}  // namespace lode::core
