#include "toolkit/networks/lstm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <vector>

namespace lode::networks {
namespace {

class LstmTest : public testing::Test {
 protected:
  LstmTest() {
    test::TestHost host;
    for (double& x : parameters_) { x = host.host().Random().Uniform(-1, 1); }
  }

  // A function of the memory after a step: sum of (u + 1) c_u + (u + 2) h_u.
  double Value() const {
    const Lstm::Step step = lstm_.Advance(parameters_, input_, before_);
    double sum = 0;
    for (std::size_t u = 0; u < 3; ++u) {
      sum +=
          static_cast<double>(u + 1) * step.cell[u] + static_cast<double>(u + 2) * step.output[u];
    }
    return sum;
  }
  double Derivative(double& x) {
    const double at = x;
    x = at + 1e-5;
    const double ahead = Value();
    x = at - 1e-5;
    const double behind = Value();
    x = at;
    return (ahead - behind) / 2e-5;
  }

  const Lstm lstm_{2, 3};
  std::vector<double> parameters_ = std::vector<double>(lstm_.size());
  std::vector<double> input_ = {0.4, -0.9};
  Lstm::Memory before_ = {{0.3, -0.2, 0.8}, {0.1, 0.5, -0.6}};
};

// One unit and one input, with the formulas as they are.
TEST_F(LstmTest, AStepFollowsTheFormulas) {
  const Lstm one(1, 1);
  const std::vector<double> p = {0.1, 0.2, 0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.01, 0.02, 0.03, 0.04};
  const auto sum = [&](std::size_t gate) { return p[gate] * 2 + p[4 + gate] * 0.5 + p[8 + gate]; };
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double c = sigmoid(sum(1)) * -0.7 + sigmoid(sum(0)) * std::tanh(sum(2));
  const Lstm::Step step = one.Advance(p, std::vector{2.0}, {{-0.7}, {0.5}});
  EXPECT_NEAR(step.cell[0], c, 1e-15);
  EXPECT_NEAR(step.output[0], sigmoid(sum(3)) * std::tanh(c), 1e-15);
}

TEST_F(LstmTest, GradientsAreDerivatives) {
  const Lstm::Step step = lstm_.Advance(parameters_, input_, before_);
  std::vector<double> gradient(lstm_.size()), d_input(2);
  Lstm::Memory d_memory = {{1, 2, 3}, {2, 3, 4}};
  lstm_.Backpropagate(parameters_, input_, step, before_, gradient, d_memory, d_input);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    EXPECT_NEAR(gradient[i], Derivative(parameters_[i]), 1e-8) << i;
  }
  for (std::size_t i = 0; i < 2; ++i) { EXPECT_NEAR(d_input[i], Derivative(input_[i]), 1e-8); }
  for (std::size_t u = 0; u < 3; ++u) {
    EXPECT_NEAR(d_memory.cell[u], Derivative(before_.cell[u]), 1e-8);
    EXPECT_NEAR(d_memory.output[u], Derivative(before_.output[u]), 1e-8);
  }
}

}  // namespace
}  // namespace lode::networks
