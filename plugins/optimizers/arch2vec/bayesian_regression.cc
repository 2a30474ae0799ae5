#include "plugins/optimizers/arch2vec/bayesian_regression.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <lode/math.hpp>

namespace arch2vec {
namespace {

constexpr double kLogOfTwoPi = 0x1.d67f1c864beb5p+0;
constexpr double kLargest = 22026.465794806718;  // e^10
constexpr int kMostRounds = 100;

double Bounded(double x) {
  return std::isnan(x) ? kLargest : std::clamp(x, 1 / kLargest, kLargest);
}

}  // namespace

BayesianRegression::Spectrum::Spectrum(const Eigen::MatrixXd& features,
                                       const Eigen::VectorXd& targets)
    : squares(targets.squaredNorm()), count(targets.size()) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(features.transpose() * features);
  values = solver.eigenvalues().cwiseMax(0);
  vectors = solver.eigenvectors();
  projected = vectors.transpose() * (features.transpose() * targets);
}

BayesianRegression::BayesianRegression(const Eigen::MatrixXd& features,
                                       const Eigen::VectorXd& targets)
    : spectrum_(features, targets) {
  FitHyperparameters();
  Finish();
}

BayesianRegression::BayesianRegression(const Eigen::MatrixXd& features,
                                       const Eigen::VectorXd& targets, double alpha, double beta)
    : spectrum_(features, targets), alpha_(alpha), beta_(beta) {
  Finish();
}

BayesianRegression::Fit BayesianRegression::FitWeights() const {
  const Eigen::ArrayXd values = spectrum_.values.array();
  Eigen::VectorXd weights =
      (beta_ * spectrum_.projected.array() / (alpha_ + beta_ * values)).matrix();
  const double residual = spectrum_.squares - 2 * weights.dot(spectrum_.projected) +
                          (weights.array().square() * values).sum();
  return {std::move(weights), std::max(residual, 0.0)};
}

// gamma is the number of weights that the targets determine.
void BayesianRegression::FitHyperparameters() {
  for (int round = 0; round < kMostRounds; ++round) {
    const Fit fit = FitWeights();
    const Eigen::ArrayXd scaled = beta_ * spectrum_.values.array();
    const double gamma = (scaled / (alpha_ + scaled)).sum();
    const double alpha = Bounded(gamma / fit.weights.squaredNorm());
    const double beta = Bounded((static_cast<double>(spectrum_.count) - gamma) / fit.residual);
    const bool settled =
        std::fabs(alpha - alpha_) < 1e-4 * alpha_ && std::fabs(beta - beta_) < 1e-4 * beta_;
    alpha_ = alpha, beta_ = beta;
    if (settled) { return; }
  }
}

void BayesianRegression::Finish() { mean_ = spectrum_.vectors * FitWeights().weights; }

double BayesianRegression::LogEvidence() const {
  const Fit fit = FitWeights();
  const auto count = static_cast<double>(spectrum_.count);
  double log_determinant = 0;
  for (const double value : spectrum_.values) {
    log_determinant += lode::math::Log(alpha_ + beta_ * value);
  }
  const auto width = static_cast<double>(spectrum_.values.size());
  return 0.5 *
         (width * lode::math::Log(alpha_) + count * lode::math::Log(beta_) - beta_ * fit.residual -
          alpha_ * fit.weights.squaredNorm() - log_determinant - count * kLogOfTwoPi);
}

Eigen::MatrixXd BayesianRegression::CovarianceRoot() const {
  const Eigen::ArrayXd scales = (alpha_ + beta_ * spectrum_.values.array()).sqrt().inverse();
  return spectrum_.vectors * scales.matrix().asDiagonal();
}

double BayesianRegression::Variance(const Eigen::VectorXd& features) const {
  return 1 / beta_ + (CovarianceRoot().transpose() * features).squaredNorm();
}

}  // namespace arch2vec
