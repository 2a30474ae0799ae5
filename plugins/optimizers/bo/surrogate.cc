#include "plugins/optimizers/bo/surrogate.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "plugins/optimizers/bo/hyperparameter_search.h"

namespace bo {

Surrogate::Surrogate(const Layout& layout)
    : layout_(layout), kernel_(layout, Hyperparameters::Typical(layout)) {}

void Surrogate::SetRows(std::span<const Row* const> rows) {
  rows_.Truncate(0);
  for (const Row* row : rows) { rows_.Append(*row); }
  process_.Factorize(CovarianceMatrix());
  ++factor_;
}

Eigen::MatrixXd Surrogate::CovarianceMatrix() const {
  const std::size_t n = rows_.size();
  Eigen::MatrixXd covariance(n, n);
  for (std::size_t j = 0; j < n; ++j) {
    double* diagonal = &covariance(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(j));
    *diagonal = 1 + kernel_.noise();
    kernel_.Fill(rows_[j], rows_, j + 1, {diagonal + 1, n - j - 1});
  }
  return covariance;
}

void Surrogate::AppendRow(const Row& row) {
  std::vector<double> covariances(rows_.size());
  Covariances(row, covariances);
  process_.Append(covariances, 1 + kernel_.noise());
  rows_.Append(row);
}

void Surrogate::Truncate(std::size_t size) {
  rows_.Truncate(size);
  process_.Truncate(size);
}

void Surrogate::SetValues(std::span<const double> values) {
  values_.assign(values.begin(), values.end());
  measured_ = values_.size();
  process_.SetValues(values_);
}

void Surrogate::AppendPending(std::span<const Row* const> rows, bool believe) {
  if (rows.empty()) { return; }
  const std::size_t measured = rows_.size();
  std::vector<double> covariances(measured);
  for (const Row* row : rows) {
    Covariances(*row, covariances);
    values_.push_back(believe ? process_.Mean(covariances) : 0);
  }
  for (const Row* row : rows) { AppendRow(*row); }
  process_.SetValues(values_);
}

void Surrogate::Fit(std::span<const std::size_t> rows, std::span<const double> values) {
  std::vector<double> chosen;
  for (const std::size_t i : rows) { chosen.push_back(values[i]); }
  HyperparameterSearch search(layout_, rows_, rows, chosen);
  kernel_.SetHyperparameters(search.Improve(kernel_.hyperparameters()));
  process_.Factorize(CovarianceMatrix());
  ++factor_;
}

void Surrogate::Covariances(const Row& row, std::span<double> out) const {
  kernel_.Fill(row, rows_, 0, out);
}

void Surrogate::Project(const Row& row, Projection& projection) const {
  constexpr std::size_t kSpare = 64;  // candidates rarely stay longer
  if (projection.factor != factor_) { projection = {factor_, 0, {}, {}}; }
  std::vector<double>&covariances = projection.covariances, &solved = projection.solved;
  const std::size_t known = std::min(covariances.size(), projection.measured);
  if (known == 0) { covariances.reserve(rows_.size() + kSpare); }
  covariances.resize(rows_.size());
  kernel_.Fill(row, rows_, known, std::span(covariances).subspan(known));
  if (projection.is_solved()) {
    solved.resize(std::min(solved.size(), projection.measured));
    process_.Extend(covariances, solved);
  }
  projection.measured = measured_;
}

void Surrogate::Solve(std::span<Projection* const> projections) const {
  std::vector<Projection*> unsolved;
  std::ranges::copy_if(projections, std::back_inserter(unsolved),
                       [](const Projection* p) { return !p->is_solved(); });
  if (unsolved.empty()) { return; }
  Eigen::MatrixXd columns(rows_.size(), unsolved.size());
  for (std::size_t c = 0; c < unsolved.size(); ++c) {
    std::ranges::copy(unsolved[c]->covariances, columns.col(static_cast<Eigen::Index>(c)).data());
  }
  process_.Solve(columns);
  for (std::size_t c = 0; c < unsolved.size(); ++c) {
    const double* column = columns.col(static_cast<Eigen::Index>(c)).data();
    unsolved[c]->solved.reserve(unsolved[c]->covariances.capacity());
    unsolved[c]->solved.assign(column, column + rows_.size());
  }
}

double Surrogate::MostDeviation(const Projection& projection) const {
  const double prior = 1 + kernel_.noise();
  if (projection.is_solved()) { return process_.Deviation(projection.solved, prior); }
  const double largest = std::ranges::max(projection.covariances);
  return std::sqrt(process_.variance() * (prior - largest * largest / prior));
}

}  // namespace bo
