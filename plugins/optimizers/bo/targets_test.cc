#include "plugins/optimizers/bo/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace bo {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;

// The normal quantiles of 0.1, 0.3, 0.5, 0.7, 0.9 from a table are -+1.2815515655, -+0.5244005127
// and 0; the root of their mean square is 0.8757480.
TEST(NormalScores, AreStandardizedQuantilesOfRanks) {
  const double outer =
      1.2815515655 / std::sqrt((1.2815515655 * 1.2815515655 + 0.5244005127 * 0.5244005127) * 2 / 5);
  const double inner = outer * 0.5244005127 / 1.2815515655;
  EXPECT_THAT(NormalScores(std::vector<double>{30, 10, 1e9, 20, -5}, 0),
              ElementsAre(DoubleNear(inner, 1e-9), DoubleNear(-inner, 1e-9),
                          DoubleNear(outer, 1e-9), DoubleNear(0, 1e-9), DoubleNear(-outer, 1e-9)));
}

TEST(NormalScores, DependOnlyOnTheOrder) {
  const std::vector<double> values = {0.1, 0.7, 0.3, 0.9, 0.2, 0.9}, powers = [&] {
    std::vector<double> all;
    for (const double v : values) { all.push_back(std::pow(100, v)); }
    return all;
  }();
  EXPECT_EQ(NormalScores(values, 0.3), NormalScores(powers, 0.3));
}

TEST(NormalScores, OfEqualValuesAreEqual) {
  const auto scores = NormalScores(std::vector<double>{1, 2, 2, 3}, 0);
  EXPECT_EQ(scores[1], scores[2]);
  EXPECT_NEAR(scores[1], 0, 1e-15);
  EXPECT_THAT(NormalScores(std::vector<double>(7, 4.5), 0.3), Each(0));
  EXPECT_THAT(NormalScores(std::vector<double>{4}, 0), ElementsAre(0));
  EXPECT_THAT(NormalScores({}, 0), testing::IsEmpty());
}

TEST(NormalScores, ClippingMakesTheWorstEqual) {
  std::vector<double> values(10);
  std::iota(values.begin(), values.end(), 0.0);
  const auto scores = NormalScores(values, 0.3);
  for (int i : {1, 2, 3}) { EXPECT_EQ(scores[static_cast<std::size_t>(i)], scores[0]) << i; }
  for (std::size_t i = 4; i < 10; ++i) { EXPECT_GT(scores[i], scores[i - 1]); }
}

TEST(NormalScores, TakeFailuresAsTheWorst) {
  constexpr double kWorst = -std::numeric_limits<double>::infinity();
  const auto scores = NormalScores(std::vector<double>{kWorst, 1, kWorst, 2}, 0.3);
  EXPECT_EQ(scores[0], scores[2]);
  EXPECT_LT(scores[0], scores[1]);
  EXPECT_LT(scores[1], scores[3]);
  EXPECT_NEAR(std::accumulate(scores.begin(), scores.end(), 0.0), 0, 1e-14);
}

}  // namespace
}  // namespace bo
