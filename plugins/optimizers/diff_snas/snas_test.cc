#include "plugins/optimizers/diff_snas/snas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_snas {
namespace {

class SnasTest : public lode::mixtures::OneDecisionTest {};

// With z = (a + G) / lambda, dZ/da is the softmax's derivative in z over lambda. The batch of the
// weight step is the logits' too, at the weights before it.
TEST_F(SnasTest, WeightsAndLogitsDescendTheSameLoss) {
  Snas snas(host(), {.learning_rate = 0.05, .weight_decay = 0.5, .first_temperature = 2});
  const lode::Action proposed = Ask(snas);
  const std::vector<double> logits = DrawLogits(2);
  Restart();
  std::vector<double> z = logits;
  for (double& x : z) { x = (x - std::log(-std::log(1 - random().Uniform()))) / 2; }
  const std::vector<double> sample = SoftmaxOf(z);
  std::vector<double> gradient =
      InLogits(sample, Gradient(LODE_SPLIT_TRAIN, sample, first_weights()));
  for (double& x : gradient) { x /= 2; }
  const std::vector<double> moved = AdamStep(logits, gradient, 0.05, 0.5);
  ExpectNear(snas.logits().values(), moved);
  ExpectNear(weights(), Stepped(sample));
  EXPECT_FLOAT_EQ(proposed[0], static_cast<float>(SoftmaxOf(moved)[0]));
}

}  // namespace
}  // namespace diff_snas
