#include "core/compare/curve.h"

#include <gtest/gtest.h>

namespace lode::core {
namespace {

// Trials 1, 3 and 6 of 10 improved the best.
Curve Steps() { return {{{0, 1, 50}, {2, 3, 60}, {5, 6, 80}}, 10, false}; }

TEST(Curve, IsTheBestSoFar) {
  const Curve curve = Steps();
  EXPECT_EQ(curve.At(1), 50);
  EXPECT_EQ(curve.At(2), 50);
  EXPECT_EQ(curve.At(3), 60);
  EXPECT_EQ(curve.At(5), 60);
  EXPECT_EQ(curve.At(6), 80);
  EXPECT_EQ(curve.At(10), 80);
  EXPECT_EQ(curve.At(0), std::nullopt);
  EXPECT_EQ(curve.At(11), std::nullopt);
}

TEST(Curve, AnExhaustedSearchKeepsItsBest) {
  Curve curve = Steps();
  curve.exhausted = true;
  EXPECT_EQ(curve.At(1000), 80);
}

// As a mark does: 90 seconds are spent when a training that began after 80 ends after 130.
TEST(Curve, TheTrialThatSpendsTheRestCounts) {
  const Curve curve{{{0, 80, 50}, {80, 130, 60}}, 130, false};
  EXPECT_EQ(curve.At(80), 50);
  EXPECT_EQ(curve.At(90), 60);
  EXPECT_EQ(curve.At(131), std::nullopt);
}

TEST(Curve, SumsOfFidelitiesAreRounded) {
  double sum = 0;
  for (int i = 0; i < 50; ++i) { sum += 0.02; }
  const Curve curve{{{0, 0.02, 50}, {sum, sum + 0.02, 60}}, sum, false};
  EXPECT_NE(sum, 1);
  EXPECT_EQ(curve.At(1), 50);
}

// By hand, over the steps 1 to 10: (2 * 50 + 3 * 60 + 5 * 80) / 10.
TEST(Curve, MeanIsThatOfAllSteps) {
  EXPECT_DOUBLE_EQ(*Steps().MeanOver(0, 10), 68);
  EXPECT_DOUBLE_EQ(*Steps().MeanOver(0, 1), 50);
  EXPECT_DOUBLE_EQ(*Steps().MeanOver(4, 6), 70);
  EXPECT_EQ(Steps().MeanOver(0, 11), std::nullopt);
}

TEST(Curve, KnowsWhenItReachedATarget) {
  EXPECT_EQ(Steps().SpentUntil(60, LODE_MAXIMIZE, 10), 3);
  EXPECT_EQ(Steps().SpentUntil(60.5, LODE_MAXIMIZE, 10), 6);
  EXPECT_EQ(Steps().SpentUntil(60.5, LODE_MAXIMIZE, 6), 6);
  EXPECT_EQ(Steps().SpentUntil(60.5, LODE_MAXIMIZE, 5), std::nullopt);
  EXPECT_EQ(Steps().SpentUntil(80.1, LODE_MAXIMIZE, 10), std::nullopt);
  const Curve falling{{{0, 1, 9}, {3, 4, 7}}, 10, false};
  EXPECT_EQ(falling.SpentUntil(8, LODE_MINIMIZE, 10), 4);
}

}  // namespace
}  // namespace lode::core
