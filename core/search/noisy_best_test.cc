#include "core/search/noisy_best.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lode::core {
namespace {

class NoisyBestTest : public testing::Test {
 protected:
  void Add(const char* architecture, std::uint64_t step, double value) {
    best_.Add(architecture, step, value, std::vector<double>{2 * value, 7});
  }

  static MetricDeclaration Named(const char* name) {
    MetricDeclaration metric;
    metric.name = name;
    metric.noisy = true;
    return metric;
  }

  static RewardConfig Reward() {
    RewardConfig reward;
    reward.limits = {{"b", std::nullopt, 7.0, {}}};
    return reward;
  }

  const Limits limits_{Reward(), {Named("a"), Named("b")}};
  NoisyBest best_{limits_, 0};
};

// Within a: squares 2 with 2 degrees of freedom, within b: 0.5 with 1: s^2 = 2.5 / 3. Three
// architectures: t = sqrt(2 ln(3 / 0.1)) = 2.61. Bounds: a 10 - t s / sqrt(3) = 8.63,
// b 10.5 - t s / sqrt(2) = 8.82, c 11 - t s = 8.62.
TEST_F(NoisyBestTest, TheBestHasTheBestLowerBound) {
  for (const double value : {9.0, 10.0, 11.0}) { Add("a", 3, value); }
  Add("b", 4, 10);
  Add("b", 9, 11);
  Add("c", 5, 11);
  const std::vector<BestTrial> leading = best_.Leading(5);
  ASSERT_EQ(leading.size(), 3u);
  EXPECT_EQ(leading[0].architecture, "b");
  EXPECT_EQ(leading[1].architecture, "a");
  EXPECT_EQ(leading[2].architecture, "c");
  EXPECT_EQ(leading[0].step, 4u);
  EXPECT_DOUBLE_EQ(leading[0].reward, 10.5);
  EXPECT_DOUBLE_EQ(leading[0].metrics[0], 21);
  EXPECT_EQ(leading[0].measurements, 2u);
  EXPECT_DOUBLE_EQ(leading[0].standard_error.value(), 2 * std::sqrt(2.5 / 3 / 2));
  EXPECT_DOUBLE_EQ(leading[2].standard_error.value(), 2 * std::sqrt(2.5 / 3));
}

TEST_F(NoisyBestTest, WithoutRepeatsTheScatterIsUnknown) {
  EXPECT_FALSE(best_.Best());
  Add("a", 0, 1);
  Add("b", 1, 2);
  Add("c", 2, 2);
  EXPECT_EQ(best_.Best()->architecture, "b");
  EXPECT_FALSE(best_.Best()->standard_error);
  EXPECT_EQ(best_.Best()->measurements, 1u);
}

// Measurements that do not scatter keep their exact value.
TEST_F(NoisyBestTest, EqualMeasurementsCauseNoRoundingError) {
  for (int i = 0; i < 1000; ++i) { Add("a", 0, 0.1); }
  EXPECT_EQ(best_.Best()->reward, 0.1);
  EXPECT_EQ(best_.Best()->standard_error, 0);
}

TEST_F(NoisyBestTest, MeansMustKeepTheLimits) {
  best_.Add("a", 0, 9, std::vector<double>{9, 7.5});
  best_.Add("a", 0, 9, std::vector<double>{9, 6.6});  // 7.05
  best_.Add("b", 1, 5, std::vector<double>{5, 7.2});
  best_.Add("b", 1, 5, std::vector<double>{5, 6.8});  // 7
  EXPECT_EQ(best_.Best()->architecture, "b");
}

TEST_F(NoisyBestTest, AssumedScatterBoundsASingleMeasurement) {
  Add("a", 0, 1);
  Add("a", 0, 3);
  NoisyBest other(limits_, 0);
  other.AssumeScatter(best_);
  other.Add("c", 7, 1, std::vector<double>{2, 7});
  EXPECT_DOUBLE_EQ(other.Best()->standard_error.value(), 2 * std::sqrt(2.0));
}

}  // namespace
}  // namespace lode::core
