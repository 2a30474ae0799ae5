#include "plugins/optimizers/arch2vec/dngo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <lode/testing.hpp>
#include <vector>

namespace arch2vec {
namespace {

using lode::test::FixedStream;

Rows RowsOf(const std::vector<std::vector<float>>& list) {
  Rows rows;
  rows.Resize(list.size(), 16);
  std::ranges::fill(rows.values, 0.0f);
  for (std::size_t r = 0; r < list.size(); ++r) { std::ranges::copy(list[r], rows.row(r)); }
  return rows;
}

TEST(BasisNetworkTest, GradientsAreThoseOfTheLoss) {
  BasisNetwork network(2, 16);
  FixedStream stream(5);
  for (float& x : network.weights().values()) {
    x = static_cast<float>(stream.random().Uniform(-0.5, 0.5));
  }
  const Rows x = RowsOf({{1, 2}, {-1, 0.5f}, {0.3f, -2}});
  const std::vector<double> targets = {1, -2, 0.5};
  network.Differentiate(x, targets);
  const std::vector<float> gradients = network.weights().gradients();
  for (std::size_t i = 0; i < gradients.size(); i += 5) {
    float& value = network.weights().values()[i];
    const float kept = value;
    value = kept + 5e-3f;
    const double above = network.Differentiate(x, targets);
    value = kept - 5e-3f;
    const double below = network.Differentiate(x, targets);
    value = kept;
    EXPECT_NEAR((above - below) / 1e-2, static_cast<double>(gradients[i]), 2e-3) << i;
  }
}

// Targets 1 and 3 at features 1 and 2, alpha 2 and beta 4: the covariance of w is
// 1 / (2 + 4 (1 + 4)) = 1/22, its mean 4 (1 + 6) / 22.
TEST(BayesianRegressionTest, AgreesWithHandValues) {
  const Eigen::MatrixXd features = (Eigen::MatrixXd(2, 1) << 1, 2).finished();
  const Eigen::VectorXd targets = (Eigen::VectorXd(2) << 1, 3).finished();
  const BayesianRegression regression(features, targets, 2, 4);
  const Eigen::VectorXd at = Eigen::VectorXd::Constant(1, 3);
  EXPECT_NEAR(regression.Mean(at), 3 * 28.0 / 22, 1e-12);
  EXPECT_NEAR(regression.Variance(at), 0.25 + 9.0 / 22, 1e-12);
  // Without w, targets are normal with covariance ((0.75, 1), (1, 2.25)), its determinant 0.6875.
  EXPECT_NEAR(regression.LogEvidence(),
              -0.5 * (2 * std::log(2 * std::acos(-1.0)) + std::log(0.6875) + 3 / 0.6875), 1e-12);
}

TEST(BayesianRegressionTest, HyperparametersMaximizeTheEvidence) {
  FixedStream stream(11);
  Eigen::MatrixXd features(30, 4);
  Eigen::VectorXd targets(30);
  for (Eigen::Index r = 0; r < 30; ++r) {
    for (Eigen::Index c = 0; c < 4; ++c) { features(r, c) = stream.random().Normal(); }
    targets[r] = features(r, 0) - 2 * features(r, 2) + 0.3 * stream.random().Normal();
  }
  const BayesianRegression best(features, targets);
  EXPECT_NEAR(1 / std::sqrt(best.beta()), 0.3, 0.1);
  for (const double factor : {0.8, 1.25}) {
    EXPECT_GT(
        best.LogEvidence(),
        BayesianRegression(features, targets, best.alpha() * factor, best.beta()).LogEvidence());
    EXPECT_GT(
        best.LogEvidence(),
        BayesianRegression(features, targets, best.alpha(), best.beta() * factor).LogEvidence());
  }
}

TEST(DngoTest, PredictsValuesInTheirUnitAndKnowsWhereItDoesNot) {
  std::vector<std::vector<float>> points;
  std::vector<double> values;
  for (int i = -15; i <= 15; ++i) {
    const double x = i / 10.0;
    points.push_back({static_cast<float>(x), 100});  // the second dimension is always the same
    values.push_back(1000 + 50 * std::sin(2 * x));
  }
  FixedStream stream(2);
  const Dngo model(RowsOf(points), 2, values, {}, stream.random());
  const std::vector<Prediction> known = model.Predict(RowsOf(points));
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(known[i].mean, values[i], 10) << i;
    largest = std::max(largest, known[i].deviation);
  }
  EXPECT_GT(model.Predict(RowsOf({{6, 100}}))[0].deviation, largest);
}

TEST(DngoTest, FitsOneValueAndEqualValues) {
  FixedStream stream(2);
  for (const std::vector<double>& values : {std::vector<double>{5}, std::vector<double>{5, 5, 5}}) {
    std::vector<std::vector<float>> points;
    for (std::size_t i = 0; i < values.size(); ++i) { points.push_back({static_cast<float>(i)}); }
    const Dngo model(RowsOf(points), 1, values, {}, stream.random());
    const Prediction at = model.Predict(RowsOf({{2}}))[0];
    EXPECT_NEAR(at.mean, 5, 1);
    EXPECT_GT(at.deviation, 0);
  }
}

}  // namespace
}  // namespace arch2vec
