#include "plugins/optimizers/diff_ista_nas/ista_nas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_ista_nas {
namespace {

class IstaNasTest : public lode::mixtures::OneDecisionTest {};

// Two operations are compressed to one number b = a0 z0 + a1 z1. Its code uses the operation c of
// the larger a, with z_c = (|a_c b| - penalty) / a_c^2 and the sign of b. On it the mixture is
// a_c b - (a_c^2 - 1) z_c, so that dL/db = a_c dL/dm_c.
TEST_F(IstaNasTest, TheCompressedMixtureDescends) {
  IstaNas ista_nas(host(), {.learning_rate = 0.05, .weight_decay = 0.5});
  const lode::Action proposed = Ask(ista_nas);
  const std::vector<double> a = {random().Uniform(), random().Uniform()};
  const double b = 1e-3 * random().Normal();
  Restart();
  const std::size_t c = a[0] > a[1] ? 0 : 1;
  const auto code = [&](double x) {
    return std::copysign(std::max(0.0, std::abs(a[c] * x) - 1e-5), x) / (a[c] * a[c]);
  };
  const auto mixture = [&](double x) {
    std::vector<double> m(2);
    m[c] = a[c] * x - (a[c] * a[c] - 1) * code(b);
    return m;
  };
  const double g = Gradient(LODE_SPLIT_VALIDATION, mixture(b), first_weights())[c];
  const double moved = AdamStep({b}, std::vector{a[c] * g}, 0.05, 0.5)[0];
  ExpectNear(ista_nas.codes().compressed(), std::vector{moved});
  ExpectNear(weights(), Stepped(mixture(moved)));
  EXPECT_FLOAT_EQ(proposed[c], static_cast<float>(std::abs(code(moved))));
  EXPECT_EQ(proposed[1 - c], 0);
}

class SparseCodesTest : public lode::mixtures::EdgesTest {};

// Node 2 has two edges, node 3 one, with two operations each: two and one of them are used.
TEST_F(SparseCodesTest, ASupportHasAsManyOperationsAsAnArchitecture) {
  const lode::test::BoundSpace<lode::mixtures::EdgeSpace> space;
  SparseCodes codes(space.space(), 7, 1e-5);
  codes.Initialize(random(), 1);
  codes.Recover();
  EXPECT_EQ(codes.compressed().size(), 3u);
  const std::vector<double> mixture = codes.Mix();
  const auto used = [&](std::size_t first, std::size_t count) {
    return std::count_if(mixture.begin() + static_cast<std::ptrdiff_t>(first),
                         mixture.begin() + static_cast<std::ptrdiff_t>(first + count),
                         [](double m) { return m != 0; });
  };
  EXPECT_EQ(used(0, 4), 2);
  EXPECT_EQ(used(4, 2), 1);
}

TEST_F(SparseCodesTest, TheGradientIsTheDerivative) {
  const lode::test::BoundSpace<lode::mixtures::EdgeSpace> space;
  SparseCodes codes(space.space(), 7, 1e-5);
  codes.Initialize(random(), 1);
  codes.Recover();
  const std::vector<double> g = {1, -2, 0.5, 3, 0.1, -0.4};
  const std::vector<double> gradient = codes.Backpropagate(g);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = [&](double shift) {
      codes.compressed()[i] += shift;
      double sum = 0;
      for (std::size_t c = 0; c < 6; ++c) { sum += g[c] * codes.Mix()[c]; }
      codes.compressed()[i] -= shift;
      return sum;
    };
    EXPECT_NEAR(gradient[i], (value(1e-3) - value(-1e-3)) / 2e-3, 1e-9);
  }
}

}  // namespace
}  // namespace diff_ista_nas
