#include "toolkit/mixtures/annealing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>

namespace lode::mixtures {
namespace {

TEST(AnnealingTest, ChangesLinearly) {
  const Annealing temperature{10, 0.1, 99};
  EXPECT_DOUBLE_EQ(temperature.At(0), 10);
  EXPECT_DOUBLE_EQ(temperature.At(33), 10 - 9.9 / 3);
  EXPECT_DOUBLE_EQ(temperature.At(99), 0.1);
  EXPECT_DOUBLE_EQ(temperature.At(500), 0.1);
  EXPECT_DOUBLE_EQ((Annealing{10, 0.1, 0}.At(0)), 0.1);
}

// The mean of the standard Gumbel distribution is Euler's constant, its variance pi^2 / 6.
TEST(GumbelTest, HasItsMeanAndVariance) {
  test::TestHost host;
  constexpr int kDraws = 40000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double draw = Gumbel(host.host().Random());
    sum += draw;
    squares += draw * draw;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 0.5772, 0.03);
  EXPECT_NEAR(squares / kDraws - mean * mean, M_PI * M_PI / 6, 0.08);
}

}  // namespace
}  // namespace lode::mixtures
