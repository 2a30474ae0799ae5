#include "toolkit/training/first_weights.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lode::training {
namespace {

using torch::Tensor;

double Deviation(const Tensor& values) { return values.std().item<double>(); }
double Largest(const Tensor& values) { return values.abs().max().item<double>(); }

TEST(FirstWeightsTest, KaimingIsNormalByTheFanOut) {
  FirstWeights weights(1);
  const Tensor convolution = weights.Convolution(8, 64, 3);
  EXPECT_EQ(convolution.sizes(), (std::vector<std::int64_t>{64, 8, 3, 3}));
  const double deviation = std::sqrt(2.0 / (64 * 9));
  EXPECT_NEAR(Deviation(convolution), deviation, 0.1 * deviation);
  EXPECT_GT(Largest(convolution), 3 * deviation);  // a uniform distribution has no such value
  const torch::nn::Linear linear = weights.Linear(64, 100);
  EXPECT_NEAR(Deviation(linear->weight), 0.01, 0.001);
  EXPECT_EQ(Largest(linear->bias), 0);
}

// Uniform between -b and b: deviation b / sqrt(3).
TEST(FirstWeightsTest, PyTorchIsUniformByTheFanIn) {
  FirstWeights weights(1, Initialization::kPyTorch);
  const Tensor convolution = weights.Convolution(16, 64, 3);
  const torch::nn::Linear linear = weights.Linear(64, 400);
  const auto expect_uniform = [](const Tensor& values, double bound) {
    EXPECT_LE(Largest(values), bound);
    EXPECT_GT(Largest(values), 0.95 * bound);
    EXPECT_NEAR(Deviation(values), bound / std::sqrt(3.0), 0.1 * bound);
    EXPECT_NEAR(values.mean().item<double>(), 0, 0.15 * bound);
  };
  expect_uniform(convolution, 1 / std::sqrt(16 * 9.0));
  expect_uniform(linear->weight, 1 / 8.0);
  expect_uniform(linear->bias, 1 / 8.0);
}

TEST(FirstWeightsTest, AreAFunctionOfTheSeed) {
  const auto draw = [](std::uint64_t seed) {
    return FirstWeights(seed, Initialization::kPyTorch).Convolution(4, 4, 3);
  };
  EXPECT_TRUE(torch::equal(draw(3), draw(3)));
  EXPECT_FALSE(torch::equal(draw(3), draw(4)));
}

}  // namespace
}  // namespace lode::training
