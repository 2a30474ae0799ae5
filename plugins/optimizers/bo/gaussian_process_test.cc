#include "plugins/optimizers/bo/gaussian_process.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <lode/testing.hpp>
#include <utility>
#include <vector>

namespace bo {
namespace {

double DeviationOf(const GaussianProcess& process, const std::vector<double>& covariances) {
  std::vector<double> solved;
  process.Extend(covariances, solved);
  return process.Deviation(solved, 1);
}

// With K = (1.1 0.5; 0.5 1.1) and y = (1, -1): K^-1 y = y / 0.6, det K = 0.96.
class TwoObservations : public testing::Test {
 protected:
  TwoObservations() {
    process_.Factorize((Eigen::MatrixXd(2, 2) << 1.1, 0.5, 0.5, 1.1).finished());
    process_.SetValues(std::vector<double>{1, -1});
  }
  GaussianProcess process_;
};

TEST_F(TwoObservations, HaveThePosteriorDerivedByHand) {
  const double variance = (2 / 0.6 + 1) / 3;
  EXPECT_NEAR(process_.variance(), variance, 1e-14);
  EXPECT_NEAR(process_.Mean(std::vector<double>{0.8, 0.2}), (0.8 - 0.2) / 0.6, 1e-14);
  // k' K^-1 k = (1.1 0.64 + 1.1 0.04 - 2 0.5 0.16) / 0.96 for k = (0.8, 0.2).
  EXPECT_NEAR(DeviationOf(process_, {0.8, 0.2}), std::sqrt(variance * (1 - 0.588 / 0.96)), 1e-14);
}

TEST_F(TwoObservations, HaveTheEvidenceDerivedByHand) {
  EXPECT_NEAR(process_.LogEvidence(), -1.5 * std::log((2 / 0.6 + 1) / 3) - std::log(0.96) / 2,
              1e-14);
}

// A random symmetric positive definite matrix with the diagonal 1.05.
Eigen::MatrixXd RandomCovariance(Eigen::Index n) {
  lode::test::FixedStream stream(3);
  const lode::Random random = stream.random();
  Eigen::MatrixXd points(3, n);
  for (double& x : points.reshaped()) { x = random.Normal(); }
  Eigen::MatrixXd covariance(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      covariance(i, j) = std::exp(-(points.col(i) - points.col(j)).norm()) + (i == j ? 0.05 : 0);
    }
  }
  return covariance;
}

std::vector<double> Wave(Eigen::Index n) {
  std::vector<double> values;
  for (Eigen::Index i = 0; i < n; ++i) { values.push_back(std::sin(static_cast<double>(i))); }
  return values;
}

TEST(GaussianProcess, EqualsTheFormulasWithAnInverse) {
  const Eigen::Index n = 90;
  const Eigen::MatrixXd covariance = RandomCovariance(n + 4);
  const Eigen::MatrixXd inverse = covariance.topLeftCorner(n, n).inverse();
  const std::vector<double> wave = Wave(n);
  const Eigen::Map<const Eigen::VectorXd> y(wave.data(), n);
  GaussianProcess process;
  process.Factorize(covariance.topLeftCorner(n, n));
  process.SetValues(wave);
  EXPECT_NEAR(process.variance(), (y.dot(inverse * y) + 1) / (n + 1), 1e-10);
  const Eigen::MatrixXd others = covariance.topRightCorner(n, 4);
  for (Eigen::Index c = 0; c < 4; ++c) {
    const Eigen::VectorXd k = others.col(c);
    EXPECT_NEAR(process.Mean({k.data(), static_cast<std::size_t>(n)}), k.dot(inverse * y), 1e-10);
    EXPECT_NEAR(DeviationOf(process, {k.begin(), k.end()}),
                std::sqrt(process.variance() * (1 - k.dot(inverse * k))), 1e-8);
  }
}

TEST(GaussianProcess, SolvesManyAtOnceAsOneByOne) {
  const Eigen::MatrixXd covariance = RandomCovariance(60);
  GaussianProcess process;
  process.Factorize(covariance.topLeftCorner(50, 50));
  Eigen::MatrixXd columns = covariance.topRightCorner(50, 10);
  process.Solve(columns);
  for (Eigen::Index c = 0; c < 10; ++c) {
    const Eigen::VectorXd k = covariance.col(50 + c).head(50);
    std::vector<double> solved(columns.col(c).begin(), columns.col(c).begin() + 20);
    process.Extend({k.data(), 50}, solved);
    for (Eigen::Index i = 0; i < 50; ++i) {
      EXPECT_NEAR(solved[static_cast<std::size_t>(i)], columns(i, c), 1e-12);
    }
  }
}

TEST(GaussianProcess, GrowsAndShrinksToTheSameFactor) {
  const Eigen::Index n = 80;
  const Eigen::MatrixXd covariance = RandomCovariance(n);
  GaussianProcess whole, grown;
  whole.Factorize(covariance);
  grown.Factorize(covariance.topLeftCorner(5, 5));
  const auto append = [&](Eigen::Index i) {
    const Eigen::VectorXd column = covariance.col(i).head(i);
    grown.Append({column.data(), static_cast<std::size_t>(i)}, covariance(i, i));
  };
  for (Eigen::Index i = 5; i < 60; ++i) { append(i); }
  grown.Truncate(40);
  EXPECT_EQ(grown.size(), 40u);
  for (Eigen::Index i = 40; i < n; ++i) { append(i); }
  whole.SetValues(Wave(n));
  grown.SetValues(Wave(n));
  EXPECT_NEAR(grown.variance(), whole.variance(), 1e-10);
  EXPECT_NEAR(grown.LogEvidence(), whole.LogEvidence(), 1e-9);
  const Eigen::VectorXd k = covariance.col(7);
  EXPECT_NEAR(grown.Mean({k.data(), 80}), whole.Mean({k.data(), 80}), 1e-9);
}

TEST(GaussianProcess, SurvivesRepeatedRowsWithoutNoise) {
  GaussianProcess process;
  process.Append({}, 1);
  process.Append(std::vector<double>{1}, 1);
  process.SetValues(std::vector<double>{0.5, 0.5});
  EXPECT_NEAR(process.Mean(std::vector<double>{1, 1}), 0.5, 1e-6);
}

}  // namespace
}  // namespace bo
