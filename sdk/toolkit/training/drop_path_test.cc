#include "toolkit/training/drop_path.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lode::training {
namespace {

using torch::Tensor;

TEST(DropPath, KeepsOrDropsAnImageWhole) {
  constexpr std::int64_t kImages = 20000;
  constexpr double kProbability = 0.3;
  DropPath drop_path(kProbability, 1);
  const Tensor x = torch::rand({kImages, 2, 3, 3}) + 1;
  const Tensor y = drop_path(x);
  const Tensor dropped = (y == 0).flatten(1).all(1);
  const Tensor kept = x / (1 - kProbability);
  EXPECT_TRUE(torch::allclose(y, torch::where(dropped.view({-1, 1, 1, 1}), 0 * x, kept)));
  // Five standard deviations of the binomial distribution.
  const double deviation = std::sqrt(kImages * kProbability * (1 - kProbability));
  EXPECT_NEAR(dropped.sum().item<double>(), kImages * kProbability, 5 * deviation);
}

TEST(DropPath, IsAFunctionOfItsSeedAndItsCalls) {
  const Tensor x = torch::ones({64, 1, 1, 1});
  DropPath one(0.5, 7), same(0.5, 7), other(0.5, 8);
  const Tensor first = one(x);
  EXPECT_TRUE(torch::equal(same(x), first));
  EXPECT_FALSE(torch::equal(other(x), first));
  const Tensor second = one(x);
  EXPECT_FALSE(torch::equal(second, first));
  EXPECT_TRUE(torch::equal(same(x), second));
}

TEST(DropPath, GradientsFlowThroughKeptImages) {
  DropPath drop_path(0.5, 3);
  const Tensor x = torch::rand({32, 2, 2, 2}).requires_grad_();
  const Tensor y = drop_path(x);
  y.sum().backward();
  EXPECT_TRUE(torch::equal(x.grad(), torch::where(y == 0, 0.0F, 2.0F)));
}

TEST(DropPath, DropsNothingAtProbabilityZero) {
  DropPath drop_path(0, 1);
  const Tensor x = torch::rand({4, 1, 2, 2});
  EXPECT_TRUE(drop_path(x).is_same(x));
}

}  // namespace
}  // namespace lode::training
