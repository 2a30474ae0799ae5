#include "toolkit/mixtures/perturbation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/testing.hpp>
#include <span>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace lode::mixtures {
namespace {

class PerturbationTest : public testing::Test {
 protected:
  const test::Grid grid_{1, 2};
  const Relaxation relaxation_{grid_.space()};
  test::TestHost host_, twin_;
};

TEST_F(PerturbationTest, RandomNoiseIsClampedAndNormalized) {
  for (const std::vector<double>& factors : {std::vector{0.6, 0.4}, std::vector{0.99, 0.01}}) {
    const std::vector<double> perturbed =
        PerturbRandomly(relaxation_, host_.host().Random(), factors, 0.3);
    std::vector<double> expected = factors;
    for (double& p : expected) {
      p = std::clamp(p + twin_.host().Random().Uniform(-0.3, 0.3), 0.0, 1.0);
    }
    const double sum = expected[0] + expected[1];
    EXPECT_DOUBLE_EQ(perturbed[0], expected[0] / sum);
    EXPECT_DOUBLE_EQ(perturbed[1], expected[1] / sum);
  }
}

// The loss 3 p_0 has its maximum over the cube around (0.5, 0.5) where p_0 is the largest: the
// first factor is at 0.7, the second at 0.3. Every step moves both by 2/7 of epsilon, which leads
// there from any start.
TEST_F(PerturbationTest, AnAdversaryGoesUpToTheEdgeOfTheCube) {
  const auto loss = [](std::span<const double> m, std::span<double> gradient) {
    if (!gradient.empty()) { gradient[0] = 3, gradient[1] = -1; }
    return 3 * m[0] - m[1];
  };
  const std::vector<double> perturbed =
      PerturbAdversarially(relaxation_, host_.host().Random(), std::vector{0.5, 0.5}, 0.2, loss);
  EXPECT_NEAR(perturbed[0], 0.7, 1e-12);
  EXPECT_NEAR(perturbed[1], 0.3, 1e-12);
}

TEST_F(PerturbationTest, AnAdversaryThatLosesGivesUp) {
  const auto loss = [](std::span<const double> m, std::span<double> gradient) {
    if (!gradient.empty()) { gradient[0] = 1, gradient[1] = 0; }  // a wrong gradient
    return -m[0];
  };
  const std::vector<double> factors = {0.5, 0.5};
  EXPECT_EQ(PerturbAdversarially(relaxation_, host_.host().Random(), factors, 0.2, loss), factors);
}

// However large the noise is: where it leaves nothing above 0, a present operation becomes 1.
TEST_F(PerturbationTest, ExcludedOperationsStayAbsent) {
  const test::Grid grid(1, 3);
  Relaxation relaxation(grid.space());
  relaxation.Restrict(Architecture{1, 0, 1});
  const std::vector<double> factors = relaxation.Factors(std::vector<double>{1, 5, 0});
  const auto loss = [](std::span<const double> m, std::span<double> gradient) {
    std::ranges::fill(gradient, 1.0);
    return m[1];
  };
  const lode::Random random = host_.host().Random();
  for (int i = 0; i < 100; ++i) {
    for (const std::vector<double>& perturbed :
         {PerturbRandomly(relaxation, random, factors, 3),
          PerturbAdversarially(relaxation, random, factors, 3, loss)}) {
      EXPECT_EQ(perturbed[1], 0);
      EXPECT_DOUBLE_EQ(perturbed[0] + perturbed[2], 1);
    }
  }
}

// Nodes' weights of their edges stay.
TEST_F(PerturbationTest, EdgesAreNotPerturbed) {
  const test::BoundSpace<EdgeSpace> space;
  const Relaxation relaxation(space.space(), Edges::kNormalized);
  const std::vector<double> factors =
      relaxation.Factors(std::vector<double>{0, 1, 0, 0, 2, 0, 0.5, -1, 7});
  const std::vector<double> perturbed =
      PerturbRandomly(relaxation, host_.host().Random(), factors, 0.1);
  for (std::size_t i = 0; i < 9; ++i) { EXPECT_EQ(perturbed[i] == factors[i], i >= 6) << i; }
}

}  // namespace
}  // namespace lode::mixtures
