#include "toolkit/predictors/ensemble.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <lode/testing.hpp>
#include <vector>

namespace lode::predictors {
namespace {

TEST(Loss, HasTheSlopeOfDifferences) {
  constexpr double kStep = 1e-6;
  const auto loss_of = [](Loss loss, double error) {
    return loss == Loss::kSquared ? error * error : std::abs(error);
  };
  for (const Loss loss : {Loss::kAbsolute, Loss::kSquared}) {
    for (const double error : {-2.0, -0.3, 0.1, 4.0}) {
      const double difference = loss_of(loss, error + kStep) - loss_of(loss, error - kStep);
      EXPECT_NEAR(LossSlope(loss, error), difference / (2 * kStep), 1e-6);
    }
    EXPECT_EQ(LossSlope(loss, 0), 0);
  }
}

class EnsembleTest : public testing::Test {
 protected:
  static InputTable TableOf(const std::vector<std::vector<float>>& rows) {
    InputTable table(rows[0].size());
    for (const auto& row : rows) { table.AppendRow(row); }
    return table;
  }
  // Fits with the same random numbers each time.
  std::vector<Prediction> Fit(const Ensemble::Settings& settings, const InputTable& inputs,
                              const std::vector<double>& targets) {
    Ensemble ensemble(host_.host(), inputs.columns(), settings);
    lode::test::FixedStream stream(7);
    ensemble.Fit(stream.random(), inputs, targets);
    return ensemble.Predict(inputs);
  }

  lode::test::TestHost host_;
};

TEST_F(EnsembleTest, LearnsWhatNoSumOfInputsIs) {
  const InputTable inputs = TableOf({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  const std::vector<double> exclusive_or = {0, 1, 1, 0};
  const auto predictions =
      Fit({.networks = 3, .width = 32, .epochs = 300, .batch = 3}, inputs, exclusive_or);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(predictions[i].mean, exclusive_or[i], 0.1);
    EXPECT_LT(predictions[i].deviation, 0.1);
  }
}

TEST_F(EnsembleTest, SaysHowFarItIs) {
  const InputTable inputs = TableOf({{0}, {1}, {2}, {3}, {4}});
  Ensemble ensemble(host_.host(), 1,
                    {.networks = 2,
                     .width = 8,
                     .epochs = 5,
                     .batch = 2,
                     .most_steps = 8});  // 2 epochs of 3 steps, and 2 steps
  lode::test::FixedStream stream(7);
  std::vector<double> fractions;
  ensemble.Fit(stream.random(), inputs, std::vector<double>(5), [&](const FitProgress& progress) {
    EXPECT_EQ(progress.epochs, 3u);
    EXPECT_EQ(progress.networks, 2u);
    fractions.push_back(progress.fraction());
  });
  ASSERT_EQ(fractions.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(fractions[i], static_cast<double>(i) / 6, 1e-12);
  }
}

// The mean has the least squared error, the median the least absolute one.
TEST_F(EnsembleTest, MinimizesItsLoss) {
  const InputTable inputs = TableOf({{1}, {1}, {1}});
  const std::vector<double> targets = {0, 0, 1.5};
  const Ensemble::Settings squared{.networks = 1, .width = 16, .epochs = 300};
  Ensemble::Settings absolute = squared;
  absolute.loss = Loss::kAbsolute;
  EXPECT_NEAR(Fit(squared, inputs, targets)[0].mean, 0.5, 0.05);
  EXPECT_NEAR(Fit(absolute, inputs, targets)[0].mean, 0, 0.1);
}

// Without a step that matters, the first network of two is that of one, which gives the other's
// values: 2 mean - first.
TEST_F(EnsembleTest, PredictsMeanAndDeviationOfItsNetworks) {
  const InputTable inputs = TableOf({{0, 1, 0}, {1, 1, 0}, {1, 0, 1}});
  const std::vector<double> targets = {1, -1, 2};
  const auto one = Fit({.networks = 1, .learning_rate = 1e-12, .epochs = 1}, inputs, targets);
  const auto two = Fit({.networks = 2, .learning_rate = 1e-12, .epochs = 1}, inputs, targets);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(one[i].deviation, 0);
    EXPECT_GT(two[i].deviation, 0) << "they start differently";
    const double other = 2 * two[i].mean - one[i].mean;
    EXPECT_NEAR(two[i].deviation, std::abs(other - one[i].mean) / 2, 1e-9);
  }
}

TEST_F(EnsembleTest, TakesAtMostThatManySteps) {
  const InputTable inputs = TableOf({{0, 1}, {1, 0}});
  const std::vector<double> targets = {0, 1};
  Ensemble::Settings few{.networks = 1, .epochs = 3};
  Ensemble::Settings cut{.networks = 1, .epochs = 1'000'000'000, .most_steps = 3};
  EXPECT_EQ(Fit(few, inputs, targets)[0].mean, Fit(cut, inputs, targets)[0].mean);
}

TEST_F(EnsembleTest, StopsWhenCancelled) {
  host_.CancelAt(std::chrono::steady_clock::now());
  EXPECT_THROW(Fit({}, TableOf({{1}}), {1}), lode::CancelledError);
}

}  // namespace
}  // namespace lode::predictors
