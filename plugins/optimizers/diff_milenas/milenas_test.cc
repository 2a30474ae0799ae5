#include "plugins/optimizers/diff_milenas/milenas.h"

#include <gtest/gtest.h>

#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_milenas {
namespace {

class MiLeNasTest : public lode::mixtures::OneDecisionTest {};

// (e_train + lambda e_val) w is the gradient in the mixture.
TEST_F(MiLeNasTest, TheLogitsDescendBothLosses) {
  MiLeNas milenas(host(), {.learning_rate = 0.05, .weight_decay = 0.5, .lambda = 0.3});
  Ask(milenas);
  const std::vector<double> logits = DrawLogits(2);
  Restart();
  const std::vector<double> m = SoftmaxOf(logits), &w = first_weights();
  const double error = Error(LODE_SPLIT_TRAIN, m, w) + 0.3 * Error(LODE_SPLIT_VALIDATION, m, w);
  const std::vector<double> moved =
      AdamStep(logits, InLogits(m, std::vector{error * w[0], error * w[1]}), 0.05, 0.5);
  ExpectNear(milenas.logits().values(), moved);
  ExpectNear(weights(), Stepped(SoftmaxOf(moved)));
}

}  // namespace
}  // namespace diff_milenas
