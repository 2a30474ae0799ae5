#include "toolkit/training/mixture.h"

#include <gtest/gtest.h>

#include <vector>

#include "toolkit/training/mixture_test_support.h"

namespace lode::training {
namespace {

using torch::Tensor;

constexpr Pass kPass = {true, 0};

TEST(MixtureTest, AddsWeightedOperationsAndNorms) {
  torch::manual_seed(1);
  const Tensor a = torch::randn({4, 3, 5, 5}), b = torch::randn({4, 3, 5, 5});
  const std::vector<double> weights = {0.5, 0, 2};
  BatchNorm norm(3, /*affine=*/false);
  const Mixture mixture(weights, Absent::kZero, torch::kFloat);
  MixedSum sum(mixture, kPass);
  sum.Add(0, false, [&](const Pass&) { return Term{a}; });
  sum.Add(1, false, [&](const Pass&) -> Term { throw InvalidError("an absent operation runs"); });
  sum.Add(2, false, [&](const Pass&) { return Term{b, norm}; });
  const Tensor expected = 0.5 * a + 2 * norm(b, kPass);
  EXPECT_TRUE(torch::allclose(sum.Value(a.sizes()), expected, 1e-5, 1e-6));
}

TEST(MixtureTest, ASumOfNothingIsZeros) {
  const Mixture mixture(std::vector<double>{0}, Absent::kZero, torch::kFloat);
  EXPECT_TRUE(
      torch::equal(MixedSum(mixture, kPass).Value({2, 3, 4, 4}), torch::zeros({2, 3, 4, 4})));
}

// The loss is sum of c * s over the elements of the sum s: dL/ds = c.
TEST(MixtureTest, AbsentGradientsAreWhatWasAskedFor) {
  torch::manual_seed(1);
  const Tensor a = torch::randn({2, 3, 4, 4}), b = torch::randn({2, 3, 4, 4}),
               c = torch::randn({2, 3, 4, 4});
  const auto gradient = [&](Absent absent) {
    const Mixture mixture(std::vector<double>{0.5, 0}, absent, torch::kFloat);
    MixedSum sum(mixture, kPass);
    sum.Add(0, false, [&](const Pass&) { return Term{a}; });
    sum.Add(1, false, [&](const Pass&) { return Term{b}; });
    return torch::autograd::grad({(c * sum.Value(a.sizes())).sum()}, {mixture.all()})[0];
  };
  for (const Absent absent : {Absent::kZero, Absent::kExact, Absent::kOutputSum}) {
    EXPECT_NEAR(gradient(absent)[0].item<double>(), (c * a).sum().item<double>(), 1e-4);
  }
  EXPECT_EQ(gradient(Absent::kZero)[1].item<double>(), 0);
  EXPECT_NEAR(gradient(Absent::kExact)[1].item<double>(), (c * b).sum().item<double>(), 1e-4);
  EXPECT_NEAR(gradient(Absent::kOutputSum)[1].item<double>(), c.sum().item<double>(), 1e-4);
}

TEST(MixtureTest, AnAbsentOperationChangesNoRunningMomentsAndNoWeights) {
  const Mixture mixture(std::vector<double>{0}, Absent::kExact, torch::kFloat);
  BatchNorm norm(3);
  MixedSum sum(mixture, Pass::Training());
  sum.Add(0, false, [&](const Pass&) { return Term{torch::randn({4, 3, 5, 5}), norm}; });
  sum.Value({4, 3, 5, 5}).square().sum().backward();
  EXPECT_TRUE(torch::equal(norm->running_mean, torch::zeros(3)));
  EXPECT_FALSE(norm->weight.grad().defined());
}

TEST(MixtureTest, DropsSkipsByElementAndOthersByImage) {
  const Mixture mixture(std::vector<double>{1, 1}, Absent::kZero, torch::kFloat);
  Dropout skip_dropout(0.5, 1);
  DropPath drop_path(0.5, 2);
  Pass pass = Pass::Training(&drop_path);
  pass.skip_dropout = &skip_dropout;
  const Tensor ones = torch::ones({16, 3, 4, 4});
  const auto value_of = [&](std::size_t cell, bool is_skip) {
    MixedSum sum(mixture, pass);
    sum.Add(cell, is_skip, [&](const Pass&) { return Term{ones}; });
    return sum.Value(ones.sizes());
  };
  const Tensor skip = value_of(0, true), other = value_of(1, false);
  for (const Tensor& value : {skip, other}) {
    EXPECT_TRUE(torch::logical_or(value == 0, value == 2).all().item<bool>());
    EXPECT_NEAR(value.mean().item<double>(), 1, 0.5);
  }
  const auto images_that_vary = [](const Tensor& x) {
    return (x.flatten(1).std(1) > 0).sum().item<std::int64_t>();
  };
  EXPECT_EQ(images_that_vary(skip), 16);
  EXPECT_EQ(images_that_vary(other), 0);
}

}  // namespace
}  // namespace lode::training
