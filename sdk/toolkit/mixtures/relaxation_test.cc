#include "toolkit/mixtures/relaxation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <lode/testing.hpp>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace lode::mixtures {
namespace {

// Two decisions of three values.
class RelaxationTest : public testing::Test {
 protected:
  const test::Grid grid_{2, 3};
};

TEST_F(RelaxationTest, AMixtureIsTheSoftmaxOfEachRow) {
  const Relaxation relaxation(grid_.space());
  const Mixture mixture = relaxation.Mix(std::vector<double>{0, 1, -1, 1000, 1000, 999});
  const double first = std::exp(0) + std::exp(1) + std::exp(-1);
  EXPECT_DOUBLE_EQ(mixture[0], 1 / first);
  EXPECT_DOUBLE_EQ(mixture[1], std::exp(1) / first);
  EXPECT_DOUBLE_EQ(mixture[5], std::exp(-1) / (2 + std::exp(-1)));
}

// Two edges enter node 2, one enters node 3; each has two operations.
TEST_F(RelaxationTest, NormalizedEdgesShareANode) {
  const test::BoundSpace<EdgeSpace> space;
  const Relaxation relaxation(space.space(), Edges::kNormalized);
  ASSERT_EQ(relaxation.size(), 9u);
  const Mixture mixture = relaxation.Mix(std::vector<double>{0, 1, 0, 0, 2, 0, 0.5, -1, 7});
  const double edge = 1 / (1 + std::exp(-1.5));
  EXPECT_DOUBLE_EQ(mixture[0], edge / (1 + std::exp(1)));
  EXPECT_DOUBLE_EQ(mixture[3], (1 - edge) / 2);
  EXPECT_DOUBLE_EQ(mixture[5], 1 / (1 + std::exp(2)));
}

TEST_F(RelaxationTest, RowsThatAreNoEdgesAreAlone) {
  const Relaxation equal(grid_.space()), normalized(grid_.space(), Edges::kNormalized);
  const std::vector<double> logits = {0.3, 1, -1, 0.2, 0, 0.7, 5, -5};
  EXPECT_EQ(normalized.Mix(logits), equal.Mix(std::span(logits).first(6)));
}

TEST_F(RelaxationTest, ExcludedOperationsHaveNoShare) {
  Relaxation relaxation(grid_.space());
  relaxation.Restrict(lode::Architecture{1, 0, 1, 0, 1, 0});
  const std::vector<double> logits = {0, 5, 1, 0, 0, 0};
  const Mixture mixture = relaxation.Mix(logits);
  EXPECT_DOUBLE_EQ(mixture[0], 1 / (1 + std::exp(1)));
  EXPECT_EQ(mixture[1], 0);
  EXPECT_EQ(mixture[4], 1);
  EXPECT_EQ(relaxation.Backpropagate(logits, std::vector<double>{1, 9, -1, 9, 4, 9})[1], 0);
}

void ExpectDerivatives(const Relaxation& relaxation, std::vector<double> logits,
                       const std::vector<double>& g) {
  const std::vector<double> gradient = relaxation.Backpropagate(logits, g);
  const auto value = [&] {
    const Mixture m = relaxation.Mix(logits);
    double sum = 0;
    for (std::size_t c = 0; c < m.size(); ++c) { sum += g[c] * m[c]; }
    return sum;
  };
  for (std::size_t c = 0; c < logits.size(); ++c) {
    const double at = logits[c];
    logits[c] = at + 1e-5;
    const double ahead = value();
    logits[c] = at - 1e-5;
    EXPECT_NEAR(gradient[c], (ahead - value()) / 2e-5, 1e-9);
    logits[c] = at;
  }
}

TEST_F(RelaxationTest, TheGradientIsTheDerivative) {
  ExpectDerivatives(Relaxation(grid_.space()), {0.3, 1, -1, 0.2, 0, 0.7},
                    {1, -2, 0.5, 3, 0.1, -0.4});
  const test::BoundSpace<EdgeSpace> space;
  ExpectDerivatives(Relaxation(space.space(), Edges::kNormalized),
                    {0.3, 1, -1, 0.2, 0, 0.7, 0.4, -0.6, 1}, {1, -2, 0.5, 3, 0.1, -0.4});
}

}  // namespace
}  // namespace lode::mixtures
