#include "toolkit/mixtures/logits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <vector>

namespace lode::mixtures {
namespace {

// Two decisions of three values.
class LogitsTest : public testing::Test {
 protected:
  test::Grid grid_{2, 3};
  const sampling::Rows rows_{grid_.space()};
};

TEST_F(LogitsTest, SoftmaxIsThatOfEachRow) {
  const std::vector<double> logits = {0, 1, -1, 1000, 1000, 999};
  const Mixture mixture = Softmax(rows_, logits);
  const double first = std::exp(0) + std::exp(1) + std::exp(-1);
  EXPECT_DOUBLE_EQ(mixture[0], 1 / first);
  EXPECT_DOUBLE_EQ(mixture[1], std::exp(1) / first);
  EXPECT_DOUBLE_EQ(mixture[5], std::exp(-1) / (2 + std::exp(-1)));
}

TEST_F(LogitsTest, TheGradientIsTheDerivative) {
  std::vector<double> logits = {0.3, 1, -1, 0.2, 0, 0.7};
  const std::vector<double> g = {1, -2, 0.5, 3, 0.1, -0.4};
  const Mixture gradient = SoftmaxGradient(rows_, Softmax(rows_, logits), g);
  const auto value = [&] {
    const Mixture m = Softmax(rows_, logits);
    double sum = 0;
    for (std::size_t c = 0; c < m.size(); ++c) { sum += g[c] * m[c]; }
    return sum;
  };
  for (std::size_t c = 0; c < logits.size(); ++c) {
    const double at = logits[c];
    logits[c] = at + 1e-5;
    const double ahead = value();
    logits[c] = at - 1e-5;
    EXPECT_NEAR(gradient[c], (ahead - value()) / 2e-5, 1e-9);
    logits[c] = at;
  }
}

// The first step of Adam has the length of the learning rate, whatever the gradient; the second is
// computed by hand.
TEST_F(LogitsTest, DescendIsAdam) {
  Logits logits(grid_.space(), {.learning_rate = 0.1, .weight_decay = 0, .beta1 = 0.5});
  logits.Descend(std::vector<double>{4, -4, 1e-3, 0, 0, 0});
  EXPECT_NEAR(logits.values()[0], -0.1, 1e-9);
  EXPECT_NEAR(logits.values()[1], 0.1, 1e-9);
  EXPECT_NEAR(logits.values()[2], -0.1, 1e-5);
  EXPECT_EQ(logits.values()[3], 0);
  logits.Descend(std::vector<double>{2, 0, 0, 0, 0, 0});
  const double m = (0.5 * 0.5 * 4 + 0.5 * 2) / 0.75;
  const double v = (0.999 * 0.001 * 16 + 0.001 * 4) / (1 - 0.999 * 0.999);
  EXPECT_NEAR(logits.values()[0], -0.1 - 0.1 * m / std::sqrt(v), 1e-8);
}

TEST_F(LogitsTest, WeightDecayPullsToZero) {
  Logits logits(grid_.space(), {.learning_rate = 0.1, .weight_decay = 1});
  logits.Descend(std::vector<double>{1, 0, 0, 0, 0, 0});
  const double before = logits.values()[0];
  logits.Descend(std::vector<double>(6));
  EXPECT_LT(std::abs(before), 0.11);
  EXPECT_NE(logits.values()[0], before);
}

}  // namespace
}  // namespace lode::mixtures
