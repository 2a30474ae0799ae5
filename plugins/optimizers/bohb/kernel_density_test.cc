#include "plugins/optimizers/bohb/kernel_density.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <vector>

namespace bohb {
namespace {

using lode::sampling::Choices;
using lode::sampling::Row;
using lode::test::TestHost;

const std::vector<Row> kRows = {{0, 4, false}, {4, 2, true}};
const std::vector<Choices> kObserved = {{0, 0}, {0, 1}, {0, 1}, {1, 1}};

KernelDensity Make(double least) {
  std::vector<const Choices*> observations;
  for (const Choices& choices : kObserved) { observations.push_back(&choices); }
  return {kRows, observations, least};
}

// The standard deviations of (0, 0, 0, 1) and (0, 1, 1, 1) are sqrt(3) / 4, and 4^(-1/6) is 0.7937.
TEST(KernelDensityTest, BandwidthsAreTheNormalReference) {
  const double reference = 1.06 * std::sqrt(3.0) / 4 * std::pow(4.0, -1.0 / 6);
  EXPECT_NEAR(reference, 0.36430, 1e-5);
  const KernelDensity free = Make(1e-3), wide = Make(0.5);
  for (const double h : free.bandwidths()) { EXPECT_NEAR(h, reference, 1e-12); }
  for (const double h : wide.bandwidths()) { EXPECT_EQ(h, 0.5); }
}

TEST(KernelDensityTest, BandwidthsEndWhereKernelsAreUniform) {
  const KernelDensity density = Make(1);
  EXPECT_EQ(density.bandwidths(), (std::vector<double>{3.0 / 4, 2.0 / 3}));
  for (std::uint32_t a = 0; a < 4; ++a) {
    for (std::uint32_t b = 0; b < 3; ++b) {
      EXPECT_NEAR(density.Density(Choices{a, b}), 1.0 / 12, 1e-12);
    }
  }
}

// With h = 0.2: 0.8 or 0.2 / 3 in the first row, 0.8 or 0.1 in the second.
TEST(KernelDensityTest, IsTheMeanOfProductKernels) {
  const KernelDensity density(kRows, {&kObserved[0]}, 0.2);
  EXPECT_NEAR(density.Density(Choices{0, 0}), 0.8 * 0.8, 1e-12);
  EXPECT_NEAR(density.Density(Choices{3, 0}), 0.2 / 3 * 0.8, 1e-12);
  EXPECT_NEAR(density.Density(Choices{3, 2}), 0.2 / 3 * 0.1, 1e-12);
}

TEST(KernelDensityTest, SumsToOneAndIsWhatIsDrawn) {
  const KernelDensity density = Make(1e-3);
  TestHost host(4);
  constexpr int kDraws = 12000;
  std::map<Choices, int> counts;
  for (int i = 0; i < kDraws; ++i) { ++counts[density.Draw(host.host().Random())]; }
  double sum = 0;
  for (std::uint32_t a = 0; a < 4; ++a) {
    for (std::uint32_t b = 0; b < 3; ++b) {
      const double p = density.Density(Choices{a, b});
      sum += p;
      EXPECT_NEAR((counts[{a, b}]), kDraws * p, 5 * std::sqrt(kDraws * p)) << a << b;
    }
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

// A row with one choice has nothing to change.
TEST(KernelDensityTest, ARowMayHaveOneChoice) {
  const std::vector<Choices> observed = {{0, 1}};
  const KernelDensity density({{0, 1, false}, {1, 3, false}}, {&observed[0]}, 0.3);
  EXPECT_NEAR(density.Density(Choices{0, 1}), 0.7, 1e-12);
  TestHost host(4);
  for (int i = 0; i < 50; ++i) { EXPECT_EQ(density.Draw(host.host().Random())[0], 0u); }
}

}  // namespace
}  // namespace bohb
