#include "plugins/optimizers/diff_darts/darts.h"

#include <gtest/gtest.h>

#include <lode/quadratic_network.hpp>
#include <string>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_darts {
namespace {

class DartsTest : public lode::mixtures::OneDecisionTest {
 protected:
  DartsTest() : logits_(DrawLogits(2)) { Restart(); }

  // The logits descend the gradient g in the mixture, then the weights descend.
  void ExpectStep(const Darts& darts, const std::vector<double>& g) const {
    const std::vector<double> moved = AdamStep(logits_, InLogits(SoftmaxOf(logits_), g), 0.05, 0.5);
    ExpectNear(darts.logits().values(), moved);
    ExpectNear(weights(), Stepped(SoftmaxOf(moved)));
  }

  const std::vector<double> logits_;
};

TEST_F(DartsTest, TheFirstOrderDescendsOnTheValidationLoss) {
  Darts darts(host(), {"first", 0.05, 0.5});
  Ask(darts);
  ExpectStep(darts, Gradient(LODE_SPLIT_VALIDATION, SoftmaxOf(logits_), first_weights()));
}

// Eq. 7 with w' = w - xi e m, where e is the training error, e' the validation error at w',
// v = dL_val/dw' = e' m, and d2 L_train / dm_c dw_k = w_c m_k + [c = k] e.
TEST_F(DartsTest, TheSecondOrderIsEquationSeven) {
  Darts darts(host(), {"second", 0.05, 0.5});
  Ask(darts);
  const std::vector<double> m = SoftmaxOf(logits_), &w = first_weights(), moved = Stepped(m);
  const double e = Error(LODE_SPLIT_TRAIN, m, w);
  const double e_moved = Error(LODE_SPLIT_VALIDATION, m, moved);
  const std::vector<double> v = {e_moved * m[0], e_moved * m[1]};
  const double product = m[0] * v[0] + m[1] * v[1];
  ExpectStep(darts, {e_moved * moved[0] - kRate * (w[0] * product + e * v[0]),
                     e_moved * moved[1] - kRate * (w[1] * product + e * v[1])});
}

// Offers nothing but steps and plain gradients.
struct Plain : lode::test::QuadraticNetwork {
  using QuadraticNetwork::QuadraticNetwork;
  lode::RelaxedInfo Info() const override { return {1, 1}; }
};

TEST_F(DartsTest, TheSecondOrderNeedsUnrolledGradients) {
  const lode::test::Grid grid(1, 2);
  Plain plain(grid.space().matrices());
  Darts first(host(), {"first", 0.1, 0}), second(host(), {"second", 0.1, 0});
  EXPECT_NO_THROW(first.Connect(plain));
  EXPECT_THROW(second.Connect(plain), lode::UnsupportedError);
}

}  // namespace
}  // namespace diff_darts
