#include "toolkit/statistics/normal.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>

namespace lode::statistics {
namespace {

const boost::math::normal kNormal;

TEST(Normal, DensityAndProbabilityEqualBoosts) {
  for (double z = -37; z <= 9; z += 0.0625) {
    const double density = boost::math::pdf(kNormal, z);
    EXPECT_NEAR(NormalDensity(z), density, 1e-12 * density) << z;
    const double below = boost::math::cdf(kNormal, z);
    EXPECT_NEAR(NormalProbability(z), below, 1e-12 * below) << z;
  }
  EXPECT_EQ(NormalProbability(0), 0.5);
}

TEST(Normal, QuantileEqualsBoosts) {
  for (const double p : {1e-300, 1e-30, 1e-12, 1e-6, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.9, 0.9999}) {
    const double expected = boost::math::quantile(kNormal, p);
    EXPECT_NEAR(NormalQuantile(p), expected, 1e-14 * std::fabs(expected) + 1e-15) << p;
  }
  EXPECT_EQ(NormalQuantile(0.5), 0);
}

// E[max(Z + z, 0)] = phi(z) times the integral of u exp(-u^2 / 2 + u z) over u > 0: no underflow,
// no cancellation.
double LogExcessByIntegration(double z) {
  using Rule = boost::math::quadrature::gauss_kronrod<double, 61>;
  const auto integrand = [z](double u) { return u * std::exp(-u * u / 2 + u * z); };
  const double end = z < -1 ? -50 / z : z + 15;  // nothing is left beyond
  const double integral = Rule::integrate(integrand, 0.0, end, 10, 1e-14);
  return std::log(integral) - z * z / 2 - std::log(2 * std::acos(-1.0)) / 2;
}

TEST(Normal, LogExpectedExcessEqualsAnIntegral) {
  for (double z = -60; z <= 8; z += 0.125) {
    const double expected = LogExcessByIntegration(z);
    EXPECT_NEAR(LogExpectedExcess(z), expected, 1e-12 * std::max(1.0, std::fabs(expected))) << z;
  }
}

TEST(Normal, LogExpectedExcessRanksWhereItUnderflows) {
  EXPECT_LT(LogExpectedExcess(-1e6), LogExpectedExcess(-1e5));
  EXPECT_TRUE(std::isfinite(LogExpectedExcess(-1e100)));
  EXPECT_NEAR(LogExpectedExcess(1e3), std::log(1e3), 1e-12);
}

}  // namespace
}  // namespace lode::statistics
