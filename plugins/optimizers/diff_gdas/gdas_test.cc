#include "plugins/optimizers/diff_gdas/gdas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <lode/quadratic_network.hpp>
#include <lode/testing.hpp>
#include <vector>

namespace diff_gdas {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::QuadraticNetwork;
using lode::test::TestHost;

// One decision with two values, and one batch in an epoch: y = m0 w0 + m1 w1, L = (y - t)^2 / 2.
// The twin draws what the optimizer draws: logits, the network's seed, and Gumbel noise.
TEST(GdasTest, AnEpochIsAlgorithmOne) {
  const Grid grid(1, 2);
  TestHost host, twin;
  QuadraticNetwork network(grid.space().matrices(), {1, 1, 0.1, 0.9});
  Gdas gdas(host.host(), {.learning_rate = 0.05, .weight_decay = 0.5, .first_temperature = 2});
  gdas.Bind(grid.space());
  gdas.Connect(network);
  host.Enter(0, Phase::kAsk);
  gdas.Ask();

  twin.Enter(0, Phase::kAsk);
  const lode::Random random = twin.host().Random();
  std::vector<double> a(2);
  for (double& logit : a) { logit = 1e-3 * random.Normal(); }
  QuadraticNetwork start(grid.space().matrices(), {1, 1, 0.1, 0.9});
  start.Restart({.seed = random.Next()});
  std::vector<double> w = start.weights();
  const auto noisy = [&] {  // (a + G) / tau
    std::vector<double> z = a;
    for (double& logit : z) { logit = (logit - std::log(-std::log(1 - random.Uniform()))) / 2; }
    return z;
  };
  std::vector<double> z = noisy();
  const std::size_t trained = z[1] > z[0] ? 1 : 0;
  w[trained] -= 0.1 * (w[trained] - start.Target(LODE_SPLIT_TRAIN, 0, 0));
  EXPECT_NEAR(network.weights()[0], w[0], 1e-12);
  EXPECT_NEAR(network.weights()[1], w[1], 1e-12);

  z = noisy();
  const std::size_t chosen = z[1] > z[0] ? 1 : 0;
  const double error = w[chosen] - start.Target(LODE_SPLIT_VALIDATION, 0, 0);
  std::vector<double> g = {error, error};  // the sum of the output's gradient
  g[chosen] = error * w[chosen];
  const double p = 1 / (1 + std::exp(z[1] - z[0]));
  const std::vector<double> soft = {p, 1 - p};
  for (std::size_t c = 0; c < 2; ++c) {
    const double gradient = soft[c] * (g[c] - soft[0] * g[0] - soft[1] * g[1]) / 2 + 0.5 * a[c];
    EXPECT_NEAR(gdas.logits().values()[c], a[c] - 0.05 * gradient / (std::abs(gradient) + 1e-8),
                1e-12);
  }
}

TEST(GdasTest, TheTemperatureFallsLinearly) {
  TestHost host;
  const Gdas gdas(host.host(), {.epochs = 100});
  EXPECT_DOUBLE_EQ(gdas.TemperatureOf(0), 10);
  EXPECT_DOUBLE_EQ(gdas.TemperatureOf(33), 10 - 9.9 / 3);
  EXPECT_DOUBLE_EQ(gdas.TemperatureOf(99), 0.1);
  EXPECT_DOUBLE_EQ(gdas.TemperatureOf(500), 0.1);
}

}  // namespace
}  // namespace diff_gdas
