#include "plugins/optimizers/diff_enas/controller.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <vector>

namespace diff_enas {
namespace {

// Two matrices: choices of three values, and of two.
struct TwoMatrices : lode::ChoiceSpace {
  struct Config {};
  TwoMatrices(lode::Host, const Config&)
      : ChoiceSpace(
            lode::DecisionsOf({{"a", {"0", "1"}, {"x", "y", "z"}}, {"b", {"2"}, {"p", "q"}}})) {}
};

class ControllerTest : public testing::Test {
 protected:
  ControllerTest() {
    // Larger than it draws them, so that nothing is close to uniform.
    for (double& x : controller_.parameters()) { x = host_.host().Random().Uniform(-2, 2); }
  }

  lode::test::TestHost host_;
  const lode::test::BoundSpace<TwoMatrices> space_;
  Controller controller_{space_.space(), {.units = 3, .layers = 2, .temperature = 2}};
};

TEST_F(ControllerTest, ProbabilitiesOfAllChoicesSumToOne) {
  double sum = 0, entropy = 0;
  for (std::uint32_t i = 0; i < 18; ++i) {
    const double log = controller_.LogProbability(std::vector{i / 6, i / 2 % 3, i % 2});
    sum += std::exp(log);
    entropy -= std::exp(log) * log;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_GT(std::log(18) - entropy, 0.01);
}

TEST_F(ControllerTest, DrawsWithTheseProbabilities) {
  constexpr int kDraws = 20000;
  std::map<std::vector<std::uint32_t>, int> counts;
  double entropy = 0, expected = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Controller::Draft draft = controller_.Draw(host_.host().Random());
    ++counts[draft.choices];
    entropy += draft.entropy / kDraws;
  }
  for (const auto& [choices, count] : counts) {
    const double log = controller_.LogProbability(choices), p = std::exp(log);
    EXPECT_NEAR(count, kDraws * p, 5 * std::sqrt(kDraws * p) + 1);
    expected -= p * log;
  }
  EXPECT_NEAR(entropy, expected, 0.01);
}

TEST_F(ControllerTest, TheGradientIsTheDerivative) {
  const std::vector<std::uint32_t> choices = {2, 0, 1};
  std::vector<double> gradient(controller_.parameters().size(), 0.5);
  controller_.AddGradient(choices, -3, gradient);
  std::size_t used = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    double& x = controller_.parameters()[i];
    const double at = x;
    x = at + 1e-5;
    const double ahead = controller_.LogProbability(choices);
    x = at - 1e-5;
    const double behind = controller_.LogProbability(choices);
    x = at;
    EXPECT_NEAR(gradient[i], 0.5 - 3 * (ahead - behind) / 2e-5, 1e-7) << i;
    used += gradient[i] != 0.5 ? 1 : 0;
  }
  EXPECT_GT(used, gradient.size() / 2);
}

}  // namespace
}  // namespace diff_enas
