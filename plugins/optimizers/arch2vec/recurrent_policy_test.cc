#include "plugins/optimizers/arch2vec/recurrent_policy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <vector>

namespace arch2vec {
namespace {

using lode::test::FixedStream;

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// One dimension and one unit, of which parameter k is k / 10: the equations in the header, twice.
TEST(RecurrentPolicyTest, IsALongShortTermMemory) {
  RecurrentPolicy policy(1, 1);
  ASSERT_EQ(policy.parameters().size(), 14u);
  for (std::size_t k = 0; k < 14; ++k) { policy.parameters()[k] = static_cast<double>(k) / 10; }
  RecurrentPolicy::Memory memory = policy.Empty();
  double c = 0, h = 0;
  for (const double x : {0.5, -1.0}) {
    const double i = Sigmoid(0.0 * x + 0.4 * h + 0.8), f = Sigmoid(0.1 * x + 0.5 * h + 0.9),
                 g = std::tanh(0.2 * x + 0.6 * h + 1.0), o = Sigmoid(0.3 * x + 0.7 * h + 1.1);
    c = f * c + i * g;
    h = o * std::tanh(c);
    EXPECT_NEAR(policy.Mean(std::vector<double>{x}, memory)[0], 1.2 * h + 1.3, 1e-12);
  }
}

TEST(RecurrentPolicyTest, TheGradientIsThatOfTheLogDensity) {
  RecurrentPolicy policy(3, 4);
  FixedStream stream(1);
  policy.Initialize(stream.random());
  std::vector<Move> episode;
  const std::vector<double> factors = {0.7, -1.5, 0, 2};
  const auto draw = [&] {
    return std::vector<double>{stream.random().Normal(), stream.random().Normal(),
                               stream.random().Normal()};
  };
  for (std::size_t t = 0; t < factors.size(); ++t) { episode.push_back({draw(), draw()}); }
  const auto sum = [&] {
    RecurrentPolicy::Memory memory = policy.Empty();
    double total = 0;
    for (std::size_t t = 0; t < episode.size(); ++t) {
      const std::vector<double> mean = policy.Mean(episode[t].state, memory);
      for (std::size_t d = 0; d < 3; ++d) {
        const double excess = episode[t].action[d] - mean[d];
        total -= factors[t] * excess * excess / 2;
      }
    }
    return total;
  };
  const std::vector<double> gradient = policy.Gradient(episode, factors);
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const double kept = policy.parameters()[k];
    policy.parameters()[k] = kept + 1e-5;
    const double above = sum();
    policy.parameters()[k] = kept - 1e-5;
    const double below = sum();
    policy.parameters()[k] = kept;
    EXPECT_NEAR(gradient[k], (above - below) / 2e-5, 1e-7) << k;
  }
}

TEST(RecurrentPolicyTest, AConstantGradientMovesEachParameterByTheLearningRate) {
  RecurrentPolicy policy(1, 1);
  const std::vector<double> gradient(14, -3);
  for (int step = 0; step < 5; ++step) { policy.Ascend(gradient, 0.01); }
  for (const double parameter : policy.parameters()) { EXPECT_NEAR(parameter, -0.05, 1e-9); }
}

}  // namespace
}  // namespace arch2vec
