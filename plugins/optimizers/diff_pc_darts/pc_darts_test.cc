#include "plugins/optimizers/diff_pc_darts/pc_darts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_pc_darts {
namespace {

// Edges 0 and 1 enter node 2, edge 2 enters node 3; alpha has the first six logits, beta the other
// three.
class PcDartsTest : public lode::mixtures::EdgesTest {
 protected:
  PcDartsTest() : logits_(DrawLogits(9)) { Restart(); }

  static std::vector<double> EdgeWeights(const std::vector<double>& a) {
    const std::vector<double> b = SoftmaxOf(std::span(a).subspan(6, 2));
    return {b[0], b[1], 1};
  }
  static std::vector<double> Operations(const std::vector<double>& a, std::size_t edge) {
    return SoftmaxOf(std::span(a).subspan(2 * edge, 2));
  }
  static std::vector<double> MixtureOf(const std::vector<double>& a) {
    std::vector<double> mixture;
    for (std::size_t e = 0; e < 3; ++e) {
      for (const double p : Operations(a, e)) { mixture.push_back(EdgeWeights(a)[e] * p); }
    }
    return mixture;
  }

  const std::vector<double> logits_;
};

// L = sum of (y_r - t_r)^2 / 2 with y_r = b_r (p_r0 w_r0 + p_r1 w_r1).
TEST_F(PcDartsTest, AlphaAndBetaDescendTogether) {
  PcDarts pc_darts(host(), {.learning_rate = 0.05, .weight_decay = 0.5, .frozen_epochs = 0});
  Ask(pc_darts);
  const std::vector<double> b = EdgeWeights(logits_), &w = first_weights();
  std::vector<double> gradient, of_edges;
  for (std::size_t e = 0; e < 3; ++e) {
    const double error = Error(LODE_SPLIT_VALIDATION, MixtureOf(logits_), w, e);
    const std::vector<double> p = Operations(logits_, e);
    const std::vector<double> in_logits =
        InLogits(p, std::vector{error * b[e] * w[2 * e], error * b[e] * w[2 * e + 1]});
    gradient.insert(gradient.end(), in_logits.begin(), in_logits.end());
    of_edges.push_back(error * (p[0] * w[2 * e] + p[1] * w[2 * e + 1]));
  }
  const std::vector<double> in_beta = InLogits(b, of_edges);
  gradient.insert(gradient.end(), {in_beta[0], in_beta[1], 0});
  const std::vector<double> moved = AdamStep(logits_, gradient, 0.05, 0.5);
  ExpectNear(pc_darts.logits().values(), moved);
  ExpectNear(weights(), Stepped(MixtureOf(moved)));
}

TEST_F(PcDartsTest, TheFirstEpochsTrainOnlyTheWeights) {
  PcDarts pc_darts(host(), {.frozen_epochs = 1});
  const lode::Action proposed = Ask(pc_darts);
  ExpectNear(pc_darts.logits().values(), logits_);
  ExpectNear(weights(), Stepped(MixtureOf(logits_)));
  EXPECT_FLOAT_EQ(proposed[3], static_cast<float>(MixtureOf(logits_)[3]));
  pc_darts.Ask();
  EXPECT_NE(pc_darts.logits().values(), logits_);
}

}  // namespace
}  // namespace diff_pc_darts
