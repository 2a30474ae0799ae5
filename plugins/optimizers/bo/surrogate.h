// A model of one goal: a Gaussian process on rows of features.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/features.h"
#include "plugins/optimizers/bo/gaussian_process.h"
#include "plugins/optimizers/bo/kernel.h"

namespace bo {

// What a surrogate has computed of a candidate. It is continued when observations are added, which
// costs far less than to compute it.
struct Projection {
  std::uint64_t factor = 0;         // the surrogate's, to which the rest belongs
  std::size_t measured = 0;         // size of the part that pending rows have no effect on
  std::vector<double> covariances;  // k with the surrogate's rows
  std::vector<double> solved;       // L^-1 k, or empty

  bool is_solved() const { return !solved.empty(); }
};

class Surrogate {
 public:
  explicit Surrogate(const Layout& layout);

  // Replaces the rows, which are referred to.
  void SetRows(std::span<const Row* const> rows);
  void AppendRow(const Row& row);
  void Truncate(std::size_t size);
  std::size_t size() const { return rows_.size(); }

  // Sets the values of all rows.
  void SetValues(std::span<const double> values);
  // Appends rows whose values are not known yet and takes them to be as expected (believe), or 0,
  // the mean of all.
  void AppendPending(std::span<const Row* const> rows, bool believe);

  // Finds the most probable hyper-parameters by coordinate search from the present ones, by the
  // given rows alone, and refits the process to all rows. The values are to be set again.
  void Fit(std::span<const std::size_t> rows, std::span<const double> values);

  // Brings a row's projection up to date: once after each change of the rows.
  void Project(const Row& row, Projection& projection) const;
  // Solves for those that are not solved for, at once, which takes a fraction of the time.
  void Solve(std::span<Projection* const> projections) const;
  double Mean(const Projection& projection) const { return process_.Mean(projection.covariances); }
  // The deviation of Predict, or before Solve a bound: what the row of the largest covariance alone
  // would leave.
  double MostDeviation(const Projection& projection) const;
  // What measuring the row is expected to give, noise included: the best value so far contains its
  // own noise too, so a prediction without noise would hardly ever exceed it, and then the most
  // uncertain candidates would appear to be the most promising. REQUIRES: it is solved for.
  Normal Predict(const Projection& projection) const {
    return {Mean(projection), process_.Deviation(projection.solved, 1 + kernel_.noise())};
  }

  const Kernel& kernel() const { return kernel_; }

 private:
  Eigen::MatrixXd CovarianceMatrix() const;
  void Covariances(const Row& row, std::span<double> out) const;

  Layout layout_;
  Kernel kernel_;
  GaussianProcess process_;
  RowTable rows_;
  std::vector<double> values_;
  std::size_t measured_ = 0;  // rows without those pending
  std::uint64_t factor_ = 1;  // counts the factors that do not continue the one before
};

}  // namespace bo
