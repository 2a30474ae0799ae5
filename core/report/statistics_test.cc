#include "core/report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lode::core {
namespace {

TEST(Statistics, NoValuesHaveNoMean) {
  const Statistic s = StatisticOf({});
  EXPECT_EQ(s.count, 0u);
  EXPECT_TRUE(std::isnan(s.mean));
}

TEST(Statistics, OneValueHasNoDeviation) {
  const std::vector<double> values{71.5};
  EXPECT_EQ(StatisticOf(values).mean, 71.5);
  EXPECT_EQ(StatisticOf(values).std, std::nullopt);
}

// Computed by hand: mean 5, squared deviations 9+1+1+1+0+0+4+16 = 32, 32 / 7.
TEST(Statistics, DeviationIsThatOfASample) {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  const Statistic s = StatisticOf(values);
  EXPECT_DOUBLE_EQ(s.mean, 5);
  EXPECT_DOUBLE_EQ(*s.std, std::sqrt(32.0 / 7));
}

// Computed by Python's statistics.mean and statistics.stdev, which use exact fractions.
TEST(Statistics, TenSeedsAgreeWithExactArithmetic) {
  const std::vector<double> values{91.606667, 91.285111, 90.93, 91.52,     89.99,
                                   91.61,     91.0,      90.5,  91.606667, 91.44};
  const Statistic s = StatisticOf(values);
  EXPECT_EQ(s.count, 10u);
  EXPECT_NEAR(s.mean, 91.1488445, 1e-12);
  EXPECT_NEAR(*s.std, 0.5484251319608526, 1e-12);
}

// Exactly representable numbers whose squares are not: mean 1e9 + 10, variance 30.
TEST(Statistics, ALargeMeanDoesNotSwallowTheDeviation) {
  const std::vector<double> values{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_EQ(StatisticOf(values).mean, 1e9 + 10);
  EXPECT_NEAR(*StatisticOf(values).std, std::sqrt(30.0), 1e-9);
}

TEST(Statistics, EqualValuesLeaveNoRoundingError) {
  for (const double value : {91.61, 0.1, 1e17 / 3}) {
    for (std::size_t count = 2; count < 12; ++count) {
      const Statistic s = StatisticOf(std::vector<double>(count, value));
      EXPECT_EQ(s.mean, value) << count;
      EXPECT_EQ(s.std, 0) << count;
    }
  }
}

}  // namespace
}  // namespace lode::core
