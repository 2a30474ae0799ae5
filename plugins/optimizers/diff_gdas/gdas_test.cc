#include "plugins/optimizers/diff_gdas/gdas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_gdas {
namespace {

class GdasTest : public lode::mixtures::OneDecisionTest {
 protected:
  GdasTest() : logits_(DrawLogits(2)) { Restart(); }

  // (a + G) / tau, with tau = 2.
  std::vector<double> Noisy() const {
    std::vector<double> z = logits_;
    for (double& logit : z) { logit = (logit - std::log(-std::log(1 - random().Uniform()))) / 2; }
    return z;
  }
  static std::vector<double> OneHot(const std::vector<double>& z) {
    return z[1] > z[0] ? std::vector{0.0, 1.0} : std::vector{1.0, 0.0};
  }

  const std::vector<double> logits_;
};

TEST_F(GdasTest, AnEpochIsAlgorithmOne) {
  Gdas gdas(host(), {.learning_rate = 0.05, .weight_decay = 0.5, .first_temperature = 2});
  Ask(gdas);
  ExpectNear(weights(), Stepped(OneHot(Noisy())));

  const std::vector<double> z = Noisy(), hard = OneHot(z);
  const double error = Error(LODE_SPLIT_VALIDATION, hard, weights());
  std::vector<double> g = {error, error};  // the sum of the output's gradient
  for (std::size_t c = 0; c < 2; ++c) {
    if (hard[c] == 1) { g[c] = error * weights()[c]; }
  }
  std::vector<double> gradient = InLogits(SoftmaxOf(z), g);
  for (double& x : gradient) { x /= 2; }
  ExpectNear(gdas.logits().values(), AdamStep(logits_, gradient, 0.05, 0.5));
}

}  // namespace
}  // namespace diff_gdas
