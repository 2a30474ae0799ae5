#include "core/page/band.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lode::core {
namespace {

using testing::ElementsAre;

Curve MakeCurve(std::vector<Improvement> improvements, double spent) {
  return {std::move(improvements), spent};
}

TEST(Band, HasTheQuartilesWhereAValueChanges) {
  const std::vector<Curve> curves = {MakeCurve({{0, 1, 10}, {4, 5, 30}}, 8),
                                     MakeCurve({{0, 1, 20}, {2, 3, 40}}, 8),
                                     MakeCurve({{0, 1, 60}}, 8)};
  const Band band = BandOf(curves);
  EXPECT_EQ(band.seeds, 3u);
  EXPECT_THAT(band.at, ElementsAre(1, 3, 5, 8));
  EXPECT_THAT(band.median, ElementsAre(20, 40, 40, 40));
  EXPECT_THAT(band.lower, ElementsAre(15, 25, 35, 35));
  EXPECT_THAT(band.upper, ElementsAre(40, 50, 50, 50));
}

TEST(Band, IsOverTheSameSeedsEverywhere) {
  const std::vector<Curve> curves = {MakeCurve({{0, 1, 10}}, 4), MakeCurve({{1, 2, 20}}, 8),
                                     MakeCurve({}, 8)};
  const Band band = BandOf(curves);
  EXPECT_EQ(band.seeds, 2u);
  EXPECT_THAT(band.at, ElementsAre(2, 4));
  EXPECT_THAT(band.median, ElementsAre(15, 15));
}

TEST(Band, GoesOnWithAnExhaustedSearch) {
  Curve exhausted = MakeCurve({{0, 1, 10}}, 3);
  exhausted.exhausted = true;
  const std::vector<Curve> curves = {exhausted, MakeCurve({{0, 1, 20}, {5, 6, 30}}, 8)};
  EXPECT_THAT(BandOf(curves).at, ElementsAre(1, 6, 8));
  EXPECT_THAT(BandOf(curves).median, ElementsAre(15, 20, 20));
}

TEST(Band, KeepsTheEndsOfLongCurves) {
  Curve curve;
  for (double i = 0; i < 1000; ++i) { curve.improvements.push_back({i, i + 1, i}); }
  curve.spent = 1000;
  const Band band = BandOf(std::span(&curve, 1), 10);
  ASSERT_EQ(band.at.size(), 10u);
  EXPECT_EQ(band.at.front(), 1);
  EXPECT_EQ(band.at.back(), 1000);
  EXPECT_EQ(band.median.back(), 999);
}

TEST(Band, IsEmptyWhereSeedsHaveNothingInCommon) {
  const std::vector<Curve> curves = {MakeCurve({{0, 1, 10}}, 2), MakeCurve({{4, 5, 20}}, 8)};
  EXPECT_TRUE(BandOf(curves).at.empty());
  EXPECT_TRUE(BandOf({}).at.empty());
}

}  // namespace
}  // namespace lode::core
