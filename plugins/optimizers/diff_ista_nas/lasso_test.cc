#include "plugins/optimizers/diff_ista_nas/lasso.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <lode/testing.hpp>
#include <vector>

namespace diff_ista_nas {
namespace {

// What a z that minimizes satisfies: where it is not 0, A_c (b - A z) = penalty * sign of z_c;
// elsewhere that is at most the penalty.
TEST(LassoTest, SatisfiesTheConditionsOfOptimality) {
  lode::test::TestHost host;
  const lode::Random random = host.host().Random();
  for (const double penalty : {1e-5, 0.3}) {
    std::vector<double> values(140), b(7);
    for (double& x : values) { x = random.Uniform(); }
    for (double& x : b) { x = random.Normal(); }
    const Basis a{7, values};
    const std::vector<double> z = Lasso(a, b, penalty);
    std::vector<double> rest = b;
    for (std::size_t c = 0; c < 20; ++c) {
      for (std::size_t i = 0; i < 7; ++i) { rest[i] -= a.column(c)[i] * z[c]; }
    }
    for (std::size_t c = 0; c < 20; ++c) {
      const double slope = Dot(a.column(c), rest);
      if (z[c] == 0) {
        EXPECT_LE(std::abs(slope), penalty + 1e-7);
      } else {
        EXPECT_NEAR(slope, z[c] > 0 ? penalty : -penalty, 1e-7);
      }
    }
    EXPECT_LE(std::ranges::count_if(z, [](double x) { return x != 0; }), 7);
  }
}

// With one row, the largest column explains b alone: a z - b = -penalty / a.
TEST(LassoTest, OneRowUsesItsLargestColumn) {
  const std::vector<double> values = {0.4, 0.8, 0.1};
  const std::vector<double> z = Lasso({1, values}, std::vector{2.0}, 0.1);
  EXPECT_EQ(z[0], 0);
  EXPECT_NEAR(z[1], (0.8 * 2 - 0.1) / 0.64, 1e-12);
  EXPECT_EQ(z[2], 0);
}

}  // namespace
}  // namespace diff_ista_nas
