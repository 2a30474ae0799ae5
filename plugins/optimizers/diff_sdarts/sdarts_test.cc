#include "plugins/optimizers/diff_sdarts/sdarts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/quadratic_network.hpp>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_sdarts {
namespace {

class SdartsTest : public lode::mixtures::OneDecisionTest {
 protected:
  SdartsTest() : logits_(DrawLogits(2)) { Restart(); }

  // The logits after DARTS's step, which knows no perturbation.
  std::vector<double> Moved() const {
    const std::vector<double> m = SoftmaxOf(logits_);
    const std::vector<double> g = Gradient(LODE_SPLIT_VALIDATION, m, first_weights());
    return AdamStep(logits_, InLogits(m, g), 0.05, 0.5);
  }
  std::vector<double> Noisy(std::vector<double> m, double epsilon) const {
    for (double& x : m) { x += random().Uniform(-epsilon, epsilon); }
    return Projected(m);
  }
  static std::vector<double> Projected(std::vector<double> m) {
    for (double& x : m) { x = std::clamp(x, 0.0, 1.0); }
    const double sum = m[0] + m[1];
    return {m[0] / sum, m[1] / sum};
  }

  const std::vector<double> logits_;
};

TEST_F(SdartsTest, WeightsAreTrainedUnderNoise) {
  Sdarts sdarts(host(), {.learning_rate = 0.05, .weight_decay = 0.5, .first_epsilon = 0.2});
  Ask(sdarts);
  ExpectNear(sdarts.logits().values(), Moved());
  ExpectNear(weights(), Stepped(Noisy(SoftmaxOf(Moved()), 0.2)));
}

TEST_F(SdartsTest, WeightsAreTrainedUnderTheWorstMixture) {
  Sdarts sdarts(host(), {.perturbation = "adversarial",
                         .learning_rate = 0.05,
                         .weight_decay = 0.5,
                         .first_epsilon = 0.2});
  Ask(sdarts);
  ExpectNear(sdarts.logits().values(), Moved());
  const std::vector<double> center = SoftmaxOf(Moved()), &w = first_weights();
  std::vector<double> m = Noisy(center, 0.2);
  for (int step = 0; step < 7; ++step) {
    const double error = Error(LODE_SPLIT_TRAIN, m, w);
    for (std::size_t c = 0; c < 2; ++c) {
      m[c] += (error * w[c] > 0 ? 1 : -1) * 0.4 / 7;
      m[c] = std::clamp(m[c], center[c] - 0.2, center[c] + 0.2);
    }
    m = Projected(m);
  }
  const double before = Error(LODE_SPLIT_TRAIN, center, w), after = Error(LODE_SPLIT_TRAIN, m, w);
  ExpectNear(weights(), Stepped(before * before > after * after ? center : m));
}

// Offers nothing but steps and plain gradients.
struct Plain : lode::test::QuadraticNetwork {
  using QuadraticNetwork::QuadraticNetwork;
  lode::RelaxedInfo Info() const override { return {1, 1}; }
};

TEST_F(SdartsTest, AnAdversaryNeedsGradientsOfAbsentOperations) {
  const lode::test::Grid grid(1, 2);
  Plain plain(grid.space().matrices());
  Sdarts random(host(), {}), adversarial(host(), {.perturbation = "adversarial"});
  EXPECT_NO_THROW(random.Connect(plain));
  EXPECT_THROW(adversarial.Connect(plain), lode::UnsupportedError);
}

}  // namespace
}  // namespace diff_sdarts
