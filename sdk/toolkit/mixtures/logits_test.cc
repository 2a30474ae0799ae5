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
  const test::Grid grid_{2, 3};
  const Relaxation relaxation_{grid_.space()};
};

// The first step of Adam has the length of the learning rate, whatever the gradient; the second is
// computed by hand.
TEST_F(LogitsTest, DescendIsAdam) {
  Logits logits(relaxation_, {.learning_rate = 0.1, .weight_decay = 0, .beta1 = 0.5});
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
  Logits logits(relaxation_, {.learning_rate = 0.1, .weight_decay = 1});
  logits.Descend(std::vector<double>{1, 0, 0, 0, 0, 0});
  const double before = logits.values()[0];
  logits.Descend(std::vector<double>(6));
  EXPECT_LT(std::abs(before), 0.11);
  EXPECT_NE(logits.values()[0], before);
}

}  // namespace
}  // namespace lode::mixtures
