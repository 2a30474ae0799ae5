#include "core/search/reward.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/config/diagnostic.h"

namespace lode::core {
namespace {

const std::vector<MetricDeclaration> kRewardMetrics = {
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
  RewardConfig config;
  config.metric = metric;
  config.transform = transform;
  config.reference = reference;
  config.allow_test = allow_test;
  return config;
}

// 100^0.5 = 10.
TEST(Reward, ExponentialIsEquation3) {
  EXPECT_DOUBLE_EQ(ExponentialReward(0), 1);
  EXPECT_DOUBLE_EQ(ExponentialReward(1), 100);
  EXPECT_DOUBLE_EQ(
      Reward(Config("valid_accuracy", Transform::kExponential), kRewardMetrics)(kValues), 10);
  EXPECT_DOUBLE_EQ(Reward(Config("share", Transform::kExponential), kRewardMetrics)(kValues), 10);
}

// Acc = AccEnv gives 100/100 - 1 = 0; Acc = AccEnv / 2 gives 10/100 - 1 = -0.9.
TEST(Reward, RelativeIsEquation7) {
  EXPECT_DOUBLE_EQ(RelativeReward(0.76, 0.76), 0);
  EXPECT_NEAR(RelativeReward(0.38, 0.76), -0.9, 1e-15);
  EXPECT_NEAR(
      Reward(Config("valid_accuracy", Transform::kRelative, 100.0), kRewardMetrics)(kValues), -0.9,
      1e-15);
  EXPECT_NEAR(Reward(Config("share", Transform::kRelative, 1.0), kRewardMetrics)(kValues), -0.9,
              1e-15);
}

TEST(Reward, IdentityNegatesMetricsToMinimize) {
  EXPECT_EQ(Reward(Config("valid_accuracy", Transform::kIdentity), kRewardMetrics)(kValues), 50);
  EXPECT_EQ(Reward(Config("latency", Transform::kIdentity), kRewardMetrics)(kValues), -12.5);
}

TEST(Reward, TestSplitNeedsPermission) {
  EXPECT_THROW(Reward(Config("test_accuracy", Transform::kIdentity), kRewardMetrics), ConfigError);
  EXPECT_EQ(Reward(Config("test_accuracy", Transform::kIdentity, 0, true), kRewardMetrics)(kValues),
            60);
}

TEST(Reward, AccuracyTransformsRefuseOtherUnitsAndUnknownMetrics) {
  EXPECT_THROW(Reward(Config("latency", Transform::kExponential), kRewardMetrics), ConfigError);
  EXPECT_THROW(Reward(Config("accuracy", Transform::kIdentity), kRewardMetrics), ConfigError);
}

// 50 % at a latency of 12.5 with a limit of 10: a share of 1.25.
TEST(Reward, SoftPenaltyIsThatOfMnasNet) {
  EXPECT_DOUBLE_EQ(SoftPenalty(0.5, 1.25, -0.07), 0.5 * std::pow(1.25, -0.07));
  EXPECT_DOUBLE_EQ(SoftPenalty(0.5, 1, -0.07), 0.5);
  RewardConfig config = Config("valid_accuracy", Transform::kExponential);
  config.limits = {{"latency", std::nullopt, 10, {}}};
  config.limit_rule = LimitRule::kPenalty;
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues),
                   std::pow(100, 0.5 * std::pow(1.25, -0.07)));
  config.limits = {{"latency", 25, std::nullopt, {}}};  // at least 25: the share is 25 / 12.5
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues),
                   std::pow(100, 0.5 * std::pow(2, -0.07)));
}

TEST(Reward, AbsolutePenaltyIsThatOfTuNas) {
  RewardConfig config = Config("valid_accuracy", Transform::kIdentity);
  config.limits = {{"latency", std::nullopt, 10, {}}};
  config.limit_rule = LimitRule::kPenalty;
  config.penalty = Penalty::kAbsolute;
  config.penalty_weight = -0.2;
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), 100 * (0.5 - 0.2 * 0.25));
  config.limits = {{"latency", std::nullopt, 25, {}}};  // within the limit, and far from it
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), 100 * (0.5 - 0.2 * 0.5));
  config.limits = {{"latency", 50, std::nullopt, {}}};  // a minimum: |12.5 / 50 - 1|
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), 100 * (0.5 - 0.2 * 0.75));
}

TEST(Reward, DeathMeansAnAccuracyOfZero) {
  RewardConfig config = Config("valid_accuracy", Transform::kRelative, 76);
  config.limits = {{"latency", std::nullopt, 12.5, {}}};
  config.limit_rule = LimitRule::kDeath;
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), RelativeReward(0.5, 0.76));
  config.limits = {{"latency", std::nullopt, 12.4, {}}};
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), -0.99);
}

TEST(Reward, RejectionDoesNotChangeIt) {
  RewardConfig config = Config("valid_accuracy", Transform::kIdentity);
  config.limits = {{"latency", std::nullopt, 1, {}}};
  EXPECT_EQ(Reward(config, kRewardMetrics)(kValues), 50);
}

TEST(Reward, AddsWeightedTerms) {
  RewardConfig config = Config("valid_accuracy", Transform::kExponential);
  config.add = {{"latency", -0.4, {}}, {"share", 2, {}}};
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), 10 - 0.4 * 12.5 + 2 * 0.5);
}

// The terms are 10, 5 and 1. The result is far above accumulated rounding, and far below the
// precision that metrics are reported with.
TEST(Reward, RoundingIsAFractionOfItsTerms) {
  RewardConfig config = Config("valid_accuracy", Transform::kExponential);
  config.add = {{"latency", -0.4, {}}, {"share", 2, {}}};
  const Reward reward(config, kRewardMetrics);
  EXPECT_GT(reward.Rounding(kValues), 1000 * (10 + 5 + 1) * 0x1p-53);
  EXPECT_LT(reward.Rounding(kValues), 1e-9);
}

// Compares to the last bit (2^-53 of the value), whatever the C library.
TEST(Reward, IsTheSameOnEveryMachine) {
  EXPECT_EQ(ExponentialReward(0.8586), 0x1.a125d813d97fep+5);
}

TEST(Reward, ScaleMultipliesTheTransformedMetric) {
  RewardConfig config = Config("latency", Transform::kIdentity);
  config.scale = 0.5;
  config.add = {{"share", 2, {}}};
  EXPECT_DOUBLE_EQ(Reward(config, kRewardMetrics)(kValues), -6.25 + 1);
}

TEST(Reward, PenaltyAndDeathNeedAnAccuracy) {
  RewardConfig config = Config("latency", Transform::kIdentity);
  config.limits = {{"share", 0.1, std::nullopt, {}}};
  EXPECT_NO_THROW(Reward(config, kRewardMetrics));
  for (const LimitRule rule : {LimitRule::kPenalty, LimitRule::kDeath}) {
    config.limit_rule = rule;
    EXPECT_THROW(Reward(config, kRewardMetrics), ConfigError);
  }
}

TEST(Limits, ViolationSumsExcessesAsFractionsOfTheLimits) {
  RewardConfig config = Config("valid_accuracy", Transform::kIdentity);
  config.limits = {{"latency", std::nullopt, 10, {}}, {"share", 0.8, 0.9, {}}};
  const Limits limits(config, kRewardMetrics);
  EXPECT_DOUBLE_EQ(limits.Violation(kValues), 2.5 / 10 + 0.3 / 0.8);
  EXPECT_EQ(limits.Violation(std::vector<double>{0, 0, 0.8, 10}), 0);
  EXPECT_EQ(limits.Violation(std::vector<double>{0, 0, std::nan(""), 10}), 0);
  EXPECT_TRUE(limits.Concern(2, 2));
  EXPECT_FALSE(limits.Concern(0, 2));
  EXPECT_EQ((Limit{0, std::nullopt, 0}.Violation(3)), 3);
}

}  // namespace
}  // namespace lode::core
