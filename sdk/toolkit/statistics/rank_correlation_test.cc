#include "toolkit/statistics/rank_correlation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lode::statistics {
namespace {

TEST(RankCorrelationTest, EqualValuesShareTheMeanOfTheirRanks) {
  EXPECT_THAT(Ranks(std::vector{3.0, 1.0, 3.0, -2.0, 3.0}), testing::ElementsAre(4, 2, 4, 1, 4));
  EXPECT_THAT(Ranks(std::vector{5.0, 5.0}), testing::ElementsAre(1.5, 1.5));
}

TEST(RankCorrelationTest, OnlyTheOrderCounts) {
  const std::vector<double> a = {1, 2, 3, 4}, squares = {1, 4, 9, 16}, reversed = {0, -1, -2, -30};
  EXPECT_DOUBLE_EQ(SpearmanCorrelation(a, squares), 1);
  EXPECT_DOUBLE_EQ(SpearmanCorrelation(a, reversed), -1);
}

// 1 - 6 * (1 + 1 + 1 + 1) / (5 * 24), for two swapped pairs of neighbors.
TEST(RankCorrelationTest, EqualsTheSumOfSquaredDifferences) {
  const std::vector<double> a = {1, 2, 3, 4, 5}, b = {2, 1, 4, 3, 5};
  EXPECT_DOUBLE_EQ(SpearmanCorrelation(a, b), 0.8);
  EXPECT_TRUE(std::isnan(SpearmanCorrelation(a, std::vector<double>(5, 1.0))));
}

}  // namespace
}  // namespace lode::statistics
