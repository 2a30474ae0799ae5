#include "toolkit/predictors/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace lode::predictors {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

auto Near(double value) { return DoubleNear(value, 1e-12); }

TEST(Targets, AreInUnitsOfTheStandardDeviation) {
  const double unit = std::sqrt(1.5);  // 1 / the deviation of 1, 2, 3
  EXPECT_THAT(TargetsOf(std::vector{3.0, 1.0, 2.0}, Scale::kStandard),
              ElementsAre(Near(unit), Near(-unit), Near(0)));
  EXPECT_THAT(TargetsOf(std::vector{7.0, 7.0}, Scale::kStandard), ElementsAre(0, 0));
}

TEST(Targets, OfWhatFailedAreTheLeast) {
  const std::vector<double> values = {2, -kInfinity, 1};
  EXPECT_EQ(TargetsOf(values, Scale::kStandard),
            TargetsOf(std::vector{2.0, 1.0, 1.0}, Scale::kStandard));
  EXPECT_EQ(TargetsOf(values, Scale::kRanks), TargetsOf(std::vector{2.0, 1.0, 1.0}, Scale::kRanks));
}

// -log(1 - p) is the quantile of the exponential distribution with mean 1 at p.
TEST(Targets, AreQuantilesOfRanks) {
  EXPECT_THAT(TargetsOf(std::vector{100.0, -3.0, 5.0, 6.0}, Scale::kRanks),
              ElementsAre(Near(-std::log(0.125) - 1), Near(-std::log(0.875) - 1),
                          Near(-std::log(0.625) - 1), Near(-std::log(0.375) - 1)));
}

TEST(Targets, OfEqualValuesHaveTheMeanOfTheirRanks) {
  EXPECT_THAT(TargetsOf(std::vector{5.0, 1.0, 5.0, 5.0}, Scale::kRanks),
              ElementsAre(Near(-std::log(0.375) - 1), Near(-std::log(0.875) - 1),
                          Near(-std::log(0.375) - 1), Near(-std::log(0.375) - 1)));
}

TEST(Targets, OfManyRanksHaveMeanZeroAndDeviationOne) {
  std::vector<double> values;
  for (int i = 0; i < 2000; ++i) { values.push_back(i); }
  double sum = 0, squares = 0;
  for (const double t : TargetsOf(values, Scale::kRanks)) {
    sum += t;
    squares += t * t;
  }
  EXPECT_NEAR(sum / 2000, 0, 0.01);
  EXPECT_NEAR(squares / 2000, 1, 0.02);
}

}  // namespace
}  // namespace lode::predictors
