#include "plugins/optimizers/bo/acquisition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <lode/testing.hpp>
#include <vector>

namespace bo {
namespace {

TEST(ExpectedImprovement, EqualsItsFormulaByBoost) {
  const boost::math::normal normal;
  for (const double mean : {-2.0, 0.0, 0.7, 3.0}) {
    for (const double deviation : {0.1, 1.0, 2.5}) {
      const double z = (mean - 0.5) / deviation;
      const double expected =
          (mean - 0.5) * boost::math::cdf(normal, z) + deviation * boost::math::pdf(normal, z);
      if (expected < 1e-10) { continue; }  // where this form loses its digits
      EXPECT_NEAR(LogExpectedImprovement({mean, deviation}, 0.5), std::log(expected), 1e-6);
      EXPECT_NEAR(ExpectedExcess({mean, deviation}, 0.5), expected, 1e-14 + 1e-6 * expected);
    }
  }
}

TEST(ExpectedImprovement, WithoutUncertaintyIsTheGain) {
  EXPECT_DOUBLE_EQ(LogExpectedImprovement({3, 0}, 1), std::log(2.0));
  EXPECT_EQ(LogExpectedImprovement({1, 0}, 1), -std::numeric_limits<double>::infinity());
}

TEST(ExpectedImprovement, GrowsWithMeanAndDeviation) {
  EXPECT_LT(LogExpectedImprovement({-50, 0.1}, 0), LogExpectedImprovement({-49, 0.1}, 0));
  EXPECT_LT(LogExpectedImprovement({-50, 0.1}, 0), LogExpectedImprovement({-50, 0.11}, 0));
}

// The dominated area as the sum of the dominated cells of the grid that all coordinates span.
double AreaByCells(const std::vector<Pair>& points, const Pair& reference) {
  std::vector<double> x = {reference[0]}, y = {reference[1]};
  for (const Pair& p : points) {
    x.push_back(std::max(p[0], reference[0]));
    y.push_back(std::max(p[1], reference[1]));
  }
  std::ranges::sort(x);
  std::ranges::sort(y);
  double area = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    for (std::size_t j = 0; j + 1 < y.size(); ++j) {
      const bool dominated = std::ranges::any_of(
          points, [&](const Pair& p) { return p[0] >= x[i + 1] && p[1] >= y[j + 1]; });
      if (dominated) { area += (x[i + 1] - x[i]) * (y[j + 1] - y[j]); }
    }
  }
  return area;
}

std::vector<Pair> RandomPoints(lode::Random random, std::size_t count) {
  std::vector<Pair> points;
  for (std::size_t i = 0; i < count; ++i) { points.push_back({random.Normal(), random.Normal()}); }
  return points;
}

TEST(Hypervolume, AreaEqualsTheSumOfCells) {
  lode::test::FixedStream stream(1);
  const Pair reference = {-1, -0.5};
  for (const std::size_t count : {0, 1, 2, 5, 12}) {
    const std::vector<Pair> points = RandomPoints(stream.random(), count);
    EXPECT_NEAR(Hypervolume(points, reference).area(), AreaByCells(points, reference), 1e-12);
  }
  // Equal coordinates.
  const std::vector<Pair> ties = {{0, 1}, {0, 2}, {1, 1}, {1, 1}};
  EXPECT_DOUBLE_EQ(Hypervolume(ties, {-1, 0}).area(), 3);
}

// The midpoint rule over both normals, up to six deviations.
double ImprovementByGrid(const std::vector<Pair>& points, const Pair& reference, const Normal& y1,
                         const Normal& y2) {
  constexpr int kSteps = 120;
  constexpr double kReach = 6, kWidth = 2 * kReach / kSteps;
  const boost::math::normal normal;
  const double before = AreaByCells(points, reference);
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    for (int j = 0; j < kSteps; ++j) {
      const double u = -kReach + (i + 0.5) * kWidth, v = -kReach + (j + 0.5) * kWidth;
      std::vector<Pair> more = points;
      more.push_back({y1.mean + u * y1.deviation, y2.mean + v * y2.deviation});
      sum += boost::math::pdf(normal, u) * boost::math::pdf(normal, v) *
             (AreaByCells(more, reference) - before);
    }
  }
  return sum * kWidth * kWidth;
}

TEST(Hypervolume, ExpectedImprovementEqualsNumericIntegration) {
  lode::test::FixedStream stream(2);
  const Pair reference = {-1.5, -1.5};
  for (const std::size_t count : {0, 1, 4}) {
    const std::vector<Pair> points = RandomPoints(stream.random(), count);
    const Hypervolume volume(points, reference);
    for (const Normal& y1 : {Normal{0.3, 0.8}, Normal{-1, 0.3}}) {
      const Normal y2{0.1, 0.5};
      const double expected = ImprovementByGrid(points, reference, y1, y2);
      EXPECT_NEAR(volume.ExpectedImprovement(y1, y2), expected, 2e-3 * expected + 1e-5);
    }
  }
}

}  // namespace
}  // namespace bo
