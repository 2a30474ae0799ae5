#include "plugins/optimizers/diff_gaea/gaea.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_gaea {
namespace {

class GaeaTest : public lode::mixtures::OneDecisionTest {};

// theta <- theta exp(-rate g), divided by its sum.
std::vector<double> Multiplied(std::vector<double> theta, const std::vector<double>& g,
                               double rate) {
  double sum = 0;
  for (std::size_t i = 0; i < theta.size(); ++i) { sum += theta[i] *= std::exp(-rate * g[i]); }
  for (double& x : theta) { x /= sum; }
  return theta;
}

TEST_F(GaeaTest, ThetaIsMultipliedByTheExponentialAndNormalized) {
  Gaea gaea(host(), {.learning_rate = 0.7});
  const lode::Action proposed = Ask(gaea);
  const std::vector<double> theta = SoftmaxOf(DrawLogits(2));
  Restart();
  ExpectNear(weights(), Stepped(theta));
  const std::vector<double> after =
      Multiplied(theta, Gradient(LODE_SPLIT_VALIDATION, theta, weights()), 0.7);
  ExpectNear(gaea.logits().Mix(), after);
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_FLOAT_EQ(proposed[c], static_cast<float>(after[c]));
  }
}

class GaeaEdgesTest : public lode::mixtures::EdgesTest {};

// Edges 0 and 1 enter one node with weights b and 1 - b, edge 2 enters another alone. The mixture
// is theta times them, so that dL/dtheta = b g and dL/db = sum of theta g.
TEST_F(GaeaEdgesTest, EdgesAreAnotherPointOfASimplex) {
  Gaea gaea(host(), {.learning_rate = 0.7, .normalize_edges = true});
  Ask(gaea);
  const std::vector<double> a = DrawLogits(9);
  Restart();
  const std::vector<double> b = SoftmaxOf(std::span(a).subspan(6, 2));
  const std::vector<double> edges = {b[0], b[1], 1};
  std::vector<std::vector<double>> theta;
  std::vector<double> mixture;
  for (std::size_t e = 0; e < 3; ++e) {
    theta.push_back(SoftmaxOf(std::span(a).subspan(2 * e, 2)));
    for (const double x : theta[e]) { mixture.push_back(edges[e] * x); }
  }
  ExpectNear(weights(), Stepped(mixture));

  const std::vector<double> g = Gradient(LODE_SPLIT_VALIDATION, mixture, weights());
  std::vector<double> of_edges;
  for (std::size_t e = 0; e < 3; ++e) {
    of_edges.push_back(theta[e][0] * g[2 * e] + theta[e][1] * g[2 * e + 1]);
    theta[e] = Multiplied(theta[e], {edges[e] * g[2 * e], edges[e] * g[2 * e + 1]}, 0.7);
  }
  const std::vector<double> moved = Multiplied(b, {of_edges[0], of_edges[1]}, 0.7);
  const std::vector<double> after = gaea.logits().Mix();
  ExpectNear(after,
             std::vector{moved[0] * theta[0][0], moved[0] * theta[0][1], moved[1] * theta[1][0],
                         moved[1] * theta[1][1], theta[2][0], theta[2][1]});
}

}  // namespace
}  // namespace diff_gaea
