#include "core/report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lode::core {
namespace {

TEST(Statistics, NoValuesHaveNoMean) {
  const Statistic s = Describe({});
  EXPECT_EQ(s.count, 0u);
  EXPECT_TRUE(std::isnan(s.mean));
  EXPECT_EQ(FormatStatistic(s, 2), "-");
}

TEST(Statistics, OneValueHasNoDeviation) {
  const std::vector<double> values{71.5};
  EXPECT_EQ(Describe(values).std, std::nullopt);
  EXPECT_EQ(FormatStatistic(Describe(values), 2), "71.50");
}

// Computed by hand: mean 5, squared deviations 9+1+1+1+0+0+4+16 = 32, 32 / 7.
TEST(Statistics, DeviationIsThatOfASample) {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  const Statistic s = Describe(values);
  EXPECT_DOUBLE_EQ(s.mean, 5);
  EXPECT_DOUBLE_EQ(*s.std, std::sqrt(32.0 / 7));
  EXPECT_EQ(FormatStatistic(s, 3), "5.000 ± 2.138");
}

}  // namespace
}  // namespace lode::core
