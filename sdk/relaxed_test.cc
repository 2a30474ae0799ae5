// The quadratic network's closed forms, and relaxed networks through their C table.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <lode/quadratic_network.hpp>
#include <lode/testing.hpp>
#include <span>
#include <vector>

namespace lode::test {
namespace {

using Mixture = std::vector<double>;

// Two decisions, of three and two values.
const std::vector<Matrix> kMatrices = {{"a", {"first"}, {"x", "y", "z"}},
                                       {"b", {"second"}, {"x", "y"}}};
const Mixture kMixture = {0.5, 0, 0.25, 0.75, 1.5};

QuadraticNetwork Started(std::uint64_t seed = 3) {
  QuadraticNetwork network(kMatrices);
  network.Restart({.seed = seed});
  return network;
}

RelaxedBatch Validation(const Mixture& mixture) {
  return {.split = LODE_SPLIT_VALIDATION, .number = 1, .mixture = std::span(mixture)};
}

TEST(QuadraticNetworkTest, LossAndStepFollowTheFormula) {
  QuadraticNetwork network = Started();
  const std::vector<double> w = network.weights();
  const double first = 0.5 * w[0] + 0.25 * w[2] - network.Target(LODE_SPLIT_TRAIN, 4, 0);
  const double second = 0.75 * w[3] + 1.5 * w[4] - network.Target(LODE_SPLIT_TRAIN, 4, 1);
  const RelaxedResult result = network.Step({.number = 4, .mixture = std::span(kMixture)});
  EXPECT_DOUBLE_EQ(result.loss, first * first / 2 + second * second / 2);
  // Batch 4 is in epoch 1 of epochs of 3 batches: the rate is 0.1 / 2.
  EXPECT_DOUBLE_EQ(network.weights()[0], w[0] - 0.05 * first * 0.5);
  EXPECT_EQ(network.weights()[1], w[1]);
  EXPECT_DOUBLE_EQ(network.weights()[4], w[4] - 0.05 * second * 1.5);
}

// Returns the derivative of a function of the mixture with respect to a cell.
double Derivative(const std::function<double(const Mixture&)>& function, std::size_t cell) {
  Mixture ahead = kMixture, behind = kMixture;
  ahead[cell] += 0x1p-10;
  behind[cell] -= 0x1p-10;
  return (function(ahead) - function(behind)) * 0x1p9;
}

TEST(QuadraticNetworkTest, GradientsAreDerivatives) {
  QuadraticNetwork network = Started();
  for (const bool unrolls : {false, true}) {
    const auto batch = [&](const Mixture& mixture) {
      RelaxedBatch b = Validation(mixture);
      if (unrolls) { b.unrolled = {.inner = 2, .rate = 0.3}; }
      return b;
    };
    Mixture gradient(kMixture.size());
    RelaxedBatch exact = batch(kMixture);
    exact.absent = Absent::kExact;
    exact.gradient = std::span(gradient);
    network.Measure(exact);
    for (std::size_t c = 0; c < kMixture.size(); ++c) {
      const double derivative =
          Derivative([&](const Mixture& m) { return network.Measure(batch(m)).loss; }, c);
      EXPECT_NEAR(gradient[c], derivative, 1e-5) << c << unrolls;
    }
  }
}

TEST(QuadraticNetworkTest, AbsentOperationsHaveTheRequestedGradient) {
  QuadraticNetwork network = Started();
  const std::vector<double>& w = network.weights();
  const double error = 0.5 * w[0] + 0.25 * w[2] - network.Target(LODE_SPLIT_VALIDATION, 1, 0);
  for (const auto& [absent, expected] :
       {std::pair(Absent::kZero, 0.0), std::pair(Absent::kExact, error * w[1]),
        std::pair(Absent::kOutputSum, error)}) {
    Mixture gradient(kMixture.size());
    RelaxedBatch batch = Validation(kMixture);
    batch.absent = absent;
    batch.gradient = std::span(gradient);
    network.Measure(batch);
    EXPECT_DOUBLE_EQ(gradient[1], expected);
    EXPECT_DOUBLE_EQ(gradient[0], error * w[0]);
  }
}

TEST(QuadraticNetworkTest, AnotherDepthAndDropoutChangeTheOutput) {
  QuadraticNetwork network = Started();
  const double once = network.weights()[3] * 0.75 + network.weights()[4] * 1.5;
  network.Restart({.seed = 3, .depth = 4, .skip_dropout = 0.5});
  const auto error = [&](std::size_t row, double y) {
    return y - network.Target(LODE_SPLIT_VALIDATION, 1, row);
  };
  const double first = network.weights()[0] * 0.5 + network.weights()[2] * 0.25;
  EXPECT_DOUBLE_EQ(network.Measure(Validation(kMixture)).loss,
                   std::pow(error(0, 4 * first), 2) / 2 + std::pow(error(1, 4 * once), 2) / 2);
  const std::vector<std::uint8_t> operations = {1, 1, 0, 1, 1};
  network.Restart({.operations = operations});
  EXPECT_THROW(network.Measure(Validation(kMixture)), InvalidError);
}

// ---- through the table

class HandleTest : public testing::Test {
 protected:
  lode_status StatusOf(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& e) { return e.code(); }
    return LODE_OK;
  }

  QuadraticNetwork network_{kMatrices};
  RelaxedHandle handle_{network_, kMixture.size()};
  v1::detail::BoundNetwork bound_{handle_.handle()};
};

TEST_F(HandleTest, CallsReachTheNetwork) {
  const RelaxedInfo info = bound_.Info();
  EXPECT_EQ(info.training_batches, 3u);
  EXPECT_EQ(info.validation_batches, 2u);
  EXPECT_TRUE(info.unrolled && info.absent && info.output_sum && info.reshapes);
  bound_.Restart({.seed = 3});
  QuadraticNetwork own = Started();
  Mixture through(kMixture.size()), directly(kMixture.size());
  RelaxedBatch batch = Validation(kMixture);
  batch.unrolled = {.inner = 1, .rate = 0};
  batch.gradient = std::span(through);
  const RelaxedResult result = bound_.Measure(batch);
  batch.gradient = std::span(directly);
  EXPECT_EQ(result.loss, own.Measure(batch).loss);
  EXPECT_EQ(through, directly);
  bound_.Step({.number = 1, .mixture = std::span(kMixture)});
  own.Step({.number = 1, .mixture = std::span(kMixture)});
  EXPECT_EQ(network_.weights(), own.weights());
}

TEST_F(HandleTest, WrongCallsAreRefused) {
  EXPECT_EQ(StatusOf([&] { bound_.Measure(Validation(kMixture)); }), LODE_E_INVALID);
  bound_.Restart({});
  Mixture infinite = kMixture;
  infinite[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(StatusOf([&] { bound_.Measure(Validation(infinite)); }), LODE_E_INVALID);
  EXPECT_EQ(StatusOf([&] { bound_.Step(Validation(kMixture)); }), LODE_E_INVALID);
  RelaxedBatch unrolled = Validation(kMixture);
  unrolled.unrolled = {.inner = 0, .rate = -1};
  EXPECT_EQ(StatusOf([&] { bound_.Measure(unrolled); }), LODE_E_INVALID);
  EXPECT_EQ(StatusOf([&] { bound_.Restart({.skip_dropout = 1}); }), LODE_E_INVALID);
}

// Has none of the features.
struct Plain : QuadraticNetwork {
  using QuadraticNetwork::QuadraticNetwork;
  RelaxedInfo Info() const override { return {3, 2}; }
};

TEST_F(HandleTest, WhatTheNetworkLacksIsUnsupported) {
  Plain plain(kMatrices);
  RelaxedHandle handle(plain, kMixture.size());
  v1::detail::BoundNetwork bound(handle.handle());
  bound.Restart({});
  RelaxedBatch unrolled = Validation(kMixture), exact = unrolled, sum = unrolled;
  unrolled.unrolled = {.inner = 0, .rate = 1};
  exact.absent = Absent::kExact;
  sum.absent = Absent::kOutputSum;
  for (const RelaxedBatch& batch : {unrolled, exact, sum}) {
    EXPECT_EQ(StatusOf([&] { bound.Measure(batch); }), LODE_E_UNSUPPORTED);
  }
  EXPECT_EQ(StatusOf([&] { bound.Restart({.depth = 5}); }), LODE_E_UNSUPPORTED);
}

}  // namespace
}  // namespace lode::test
