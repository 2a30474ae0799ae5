#include "core/compare/statistics.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace lode::core {
namespace {

using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The quartiles are those of NumPy's percentile.
TEST(Quartiles, AreInterpolatedBetweenValues) {
  const Quartiles six = QuartilesOf({41, 15, 7, 40, 36, 39});
  EXPECT_DOUBLE_EQ(six.lower, 20.25);
  EXPECT_DOUBLE_EQ(six.median, 37.5);
  EXPECT_DOUBLE_EQ(six.upper, 39.75);
  const Quartiles five = QuartilesOf({10, 1, 2, 4, 3});
  EXPECT_DOUBLE_EQ(five.lower, 2);
  EXPECT_DOUBLE_EQ(five.median, 3);
  EXPECT_DOUBLE_EQ(five.upper, 4);
  EXPECT_EQ(QuartilesOf({7}).upper, 7);
}

TEST(Quartiles, WhatNeverCameIsInfinite) {
  const Quartiles most = QuartilesOf({3, kInfinity, 5, 4});
  EXPECT_DOUBLE_EQ(most.median, 4.5);
  EXPECT_EQ(most.upper, kInfinity);
  const Quartiles none = QuartilesOf({kInfinity, kInfinity});
  EXPECT_EQ(none.lower, kInfinity);
  EXPECT_EQ(none.median, kInfinity);
}

// By hand: 0.01 * 4, max(0.04, 0.02 * 3), max(0.06, 0.03 * 2), 0.5.
TEST(Holm, SmallerPsPayForMoreTests) {
  const Values adjusted = HolmAdjusted(Values{0.03, 0.01, 0.5, 0.02});
  ASSERT_EQ(adjusted.size(), 4u);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.04);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.5);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.06);
  EXPECT_EQ(HolmAdjusted(Values{0.7, 0.8}), (Values{1, 1}));
  EXPECT_EQ(HolmAdjusted(Values{0.04}), Values{0.04});
  EXPECT_EQ(HolmAdjusted(Values{}), Values{});
}

// By hand: 2 of 9 pairs larger, 3 equal.
TEST(EffectSize, IsTheProbabilityOfALargerValue) {
  EXPECT_DOUBLE_EQ(ProbabilityOfLarger(Values{1, 2, 3}, Values{2, 3, 3}), (1 + 3 * 0.5) / 9);
  EXPECT_EQ(ProbabilityOfLarger(Values{2, 3}, Values{0, 1}), 1);
  EXPECT_EQ(ProbabilityOfLarger(Values{5, 5}, Values{5, 5, 5}), 0.5);
}

// SciPy's bootstrap with 100 000 samples and another generator: 1.3333 to 2.2167. The bounds of
// 2000 samples scatter by about 0.02.
TEST(Bootstrap, IntervalOfAMeanAgreesWithAnotherProgram) {
  const Values values{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Interval interval = BootstrapMean(values, 0.95, kResamples);
  EXPECT_NEAR(interval.low, 1.3333, 0.06);
  EXPECT_NEAR(interval.high, 2.2167, 0.06);
}

TEST(Bootstrap, IntervalOfADifferenceAgreesWithAnotherProgram) {
  const Values first{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Values second{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06};
  const Interval interval = BootstrapDifference(first, second, 0.95, kResamples);
  EXPECT_NEAR(interval.low, 0.1158, 0.06);
  EXPECT_NEAR(interval.high, 1.2308, 0.06);
}

// Derived by a program in Python with its own Philox 4x64-10, and NumPy's percentile.
TEST(Bootstrap, TheSameValuesGiveTheSameInterval) {
  const Values values{1, 5, 2, 8, 3, 9};
  const Interval interval = BootstrapMean(values, 0.95, 500);
  EXPECT_DOUBLE_EQ(interval.low, 2.5);
  EXPECT_DOUBLE_EQ(interval.high, 7.0875);
  EXPECT_EQ(BootstrapMean(Values(7, 0.5), 0.95, 100).low, 0.5);
  EXPECT_EQ(BootstrapMean(Values(7, 0.5), 0.95, 100).high, 0.5);
}

// Of 100 samples of 30 uniform values each, about 94 % have the mean in their interval: percentiles
// are a little short at this size. Three standard deviations are 7 %.
TEST(Bootstrap, IntervalsContainTheMeanAsOftenAsTheySay) {
  std::uint64_t state = 1;
  const auto uniform = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 11) * 0x1p-53;
  };
  int covered = 0;
  for (int repeat = 0; repeat < 100; ++repeat) {
    Values values(30);
    for (double& value : values) { value = uniform(); }
    const Interval interval = BootstrapMean(values, 0.95, kResamples);
    covered += interval.low <= 0.5 && 0.5 <= interval.high ? 1 : 0;
  }
  EXPECT_GE(covered, 87);
  EXPECT_LE(covered, 100);
}

}  // namespace
}  // namespace lode::core
