#include "plugins/optimizers/diff_gaea/gaea.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/quadratic_network.hpp>
#include <lode/testing.hpp>
#include <vector>

namespace diff_gaea {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::QuadraticNetwork;
using lode::test::TestHost;

// One decision with two values, and one batch in an epoch: y = m0 w0 + m1 w1, L = (y - t)^2 / 2.
// The twin draws what the optimizer draws: logits and the network's seed.
TEST(GaeaTest, ThetaIsMultipliedByTheExponentialAndNormalized) {
  const Grid grid(1, 2);
  TestHost host, twin;
  QuadraticNetwork network(grid.space().matrices(), {1, 1, 0.1, 0.9});
  Gaea gaea(host.host(), {.learning_rate = 0.7});
  gaea.Bind(grid.space());
  gaea.Connect(network);
  host.Enter(0, Phase::kAsk);
  const lode::Action proposed = gaea.Ask();

  twin.Enter(0, Phase::kAsk);
  const lode::Random random = twin.host().Random();
  std::vector<double> a(2);
  for (double& logit : a) { logit = 1e-3 * random.Normal(); }
  QuadraticNetwork start(grid.space().matrices(), {1, 1, 0.1, 0.9});
  start.Restart({.seed = random.Next()});
  std::vector<double> w = start.weights();
  const double first = 1 / (1 + std::exp(a[1] - a[0]));
  std::vector<double> theta = {first, 1 - first};
  double error = theta[0] * w[0] + theta[1] * w[1] - start.Target(LODE_SPLIT_TRAIN, 0, 0);
  for (std::size_t c = 0; c < 2; ++c) {
    w[c] -= 0.1 * error * theta[c];
    EXPECT_NEAR(network.weights()[c], w[c], 1e-12);
  }
  error = theta[0] * w[0] + theta[1] * w[1] - start.Target(LODE_SPLIT_VALIDATION, 0, 0);
  for (std::size_t c = 0; c < 2; ++c) { theta[c] *= std::exp(-0.7 * error * w[c]); }
  const double sum = theta[0] + theta[1];
  const lode::mixtures::Mixture after = gaea.logits().Softmax();
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(after[c], theta[c] / sum, 1e-12);
    EXPECT_EQ(proposed[c], static_cast<float>(after[c]));
  }
}

}  // namespace
}  // namespace diff_gaea
