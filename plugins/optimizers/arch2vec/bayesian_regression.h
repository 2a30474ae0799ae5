// Bayesian linear regression (Bishop, Pattern Recognition and Machine Learning, 3.3 and 3.5).
#pragma once

#include <Eigen/Core>

namespace arch2vec {

// y = w . phi + noise, with w ~ N(0, I / alpha) and noise ~ N(0, 1 / beta).
class BayesianRegression {
 public:
  // One row of features for each target, with alpha and beta that make the targets most probable:
  // fixed points of the evidence (3.92, 3.95), within [e^-10, e^10].
  BayesianRegression(const Eigen::MatrixXd& features, const Eigen::VectorXd& targets);
  // With a given alpha and beta.
  BayesianRegression(const Eigen::MatrixXd& features, const Eigen::VectorXd& targets, double alpha,
                     double beta);

  double alpha() const { return alpha_; }
  double beta() const { return beta_; }
  // The logarithm of the targets' density, with w integrated out (3.86).
  double LogEvidence() const;

  // Of w: its mean, and a matrix R with R R^T = covariance.
  const Eigen::VectorXd& mean() const { return mean_; }
  Eigen::MatrixXd CovarianceRoot() const;

  // Of y at these features: the mean, and the variance, noise included.
  double Mean(const Eigen::VectorXd& features) const { return mean_.dot(features); }
  double Variance(const Eigen::VectorXd& features) const;

 private:
  // In the basis of eigenvectors: features^T features = V diag(eigenvalues) V^T.
  struct Spectrum {
    Spectrum(const Eigen::MatrixXd& features, const Eigen::VectorXd& targets);
    Eigen::VectorXd values;
    Eigen::MatrixXd vectors;
    Eigen::VectorXd projected;  // V^T features^T targets
    double squares;             // of the targets
    Eigen::Index count;         // of the targets
  };
  // For given alpha and beta.
  struct Fit {
    Eigen::VectorXd weights;  // in the basis of eigenvectors
    double residual;          // sum of squares
  };

  Fit FitWeights() const;
  void FitHyperparameters();
  void Finish();

  Spectrum spectrum_;
  double alpha_ = 1, beta_ = 1;
  Eigen::VectorXd mean_;
};

}  // namespace arch2vec
