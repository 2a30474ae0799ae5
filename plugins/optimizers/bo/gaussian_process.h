// A Gaussian process with observations that come one by one.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/acquisition.h"

namespace bo {

// Holds the Cholesky factor L of the observations' covariance matrix K, which has the unit of the
// values' variance s^2: values have the mean 0 and the covariance s^2 K. Eigen computes; its block
// sizes are fixed instead of chosen from the processor's caches, and the plugin is compiled for
// the architecture's basic instructions only, so that each sum has the same order on every machine.
class GaussianProcess {
 public:
  GaussianProcess();

  std::size_t size() const { return static_cast<std::size_t>(size_); }

  // Replaces all observations: `covariance` is K, of which the lower triangle is read. O(n^3).
  void Factorize(Eigen::MatrixXd covariance);
  // Adds an observation: its covariance with those before and its own variance, noise included.
  // O(n^2).
  void Append(std::span<const double> covariance, double variance);
  // Forgets all but the first `size` observations, at most size().
  void Truncate(std::size_t size);

  // Sets the observed values, one for each observation, and from them s^2 = (y' K^-1 y + 1) / (n +
  // 1): its most probable value with as much prior weight as one observation of variance 1. O(n^2).
  void SetValues(std::span<const double> values);
  double variance() const { return variance_; }
  // log of the density of the values at the most probable s^2, up to a constant.
  double LogEvidence() const;

  // The mean of a value by its covariance with the observations. O(n).
  double Mean(std::span<const double> covariance) const;
  // Turns columns of covariances k with the observations into L^-1 k. O(n^2) for each.
  void Solve(Eigen::MatrixXd& columns) const;
  // Continues L^-1 k from the rows that `solved` has to all. O(n) for each row.
  void Extend(std::span<const double> covariances, std::vector<double>& solved) const;
  // The deviation of a value whose variance is `prior` times s^2 before the observations, by
  // L^-1 k.
  double Deviation(std::span<const double> solved, double prior) const;

 private:
  // Extend reads rows.
  using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  auto Factor() const { return factor_.topLeftCorner(size_, size_).triangularView<Eigen::Lower>(); }

  Eigen::Index size_ = 0;
  RowMatrix factor_;         // L in the lower triangle of the first size_ rows and columns
  Eigen::VectorXd weights_;  // K^-1 y
  double variance_ = 1;
};

}  // namespace bo
