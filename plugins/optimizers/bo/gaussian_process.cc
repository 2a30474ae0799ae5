#include "plugins/optimizers/bo/gaussian_process.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <lode/math.hpp>

namespace bo {
namespace {

constexpr double kLeastPivot = 1e-10;  // of rows that repeat another without noise

using Vector = Eigen::Map<const Eigen::VectorXd>;

Vector View(std::span<const double> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

}  // namespace

GaussianProcess::GaussianProcess() {
  constexpr std::ptrdiff_t kKibi = 1024;
  Eigen::setCpuCacheSizes(32 * kKibi, 512 * kKibi, 4096 * kKibi);
}

void GaussianProcess::Factorize(Eigen::MatrixXd covariance) {
  size_ = covariance.rows();
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> in_place(covariance);
  factor_ = covariance;
}

void GaussianProcess::Append(std::span<const double> covariance, double variance) {
  if (size_ == factor_.rows()) {
    const Eigen::Index capacity = std::max<Eigen::Index>(32, size_ * 3 / 2);
    factor_.conservativeResize(capacity, capacity);
  }
  Eigen::VectorXd row = View(covariance);
  Factor().solveInPlace(row);
  factor_.row(size_).head(size_) = row.transpose();
  factor_(size_, size_) = std::sqrt(std::max(kLeastPivot, variance - row.squaredNorm()));
  ++size_;
}

void GaussianProcess::Truncate(std::size_t size) { size_ = static_cast<Eigen::Index>(size); }

void GaussianProcess::SetValues(std::span<const double> values) {
  const auto lower = Factor();
  weights_ = View(values);
  lower.solveInPlace(weights_);
  variance_ = (weights_.squaredNorm() + 1) / static_cast<double>(size_ + 1);
  lower.transpose().solveInPlace(weights_);
}

double GaussianProcess::LogEvidence() const {
  double log_determinant = 0;
  for (Eigen::Index i = 0; i < size_; ++i) { log_determinant += lode::math::Log(factor_(i, i)); }
  return -static_cast<double>(size_ + 1) / 2 * lode::math::Log(variance_) - log_determinant;
}

double GaussianProcess::Mean(std::span<const double> covariance) const {
  return View(covariance).dot(weights_);
}

void GaussianProcess::Solve(Eigen::MatrixXd& columns) const { Factor().solveInPlace(columns); }

void GaussianProcess::Extend(std::span<const double> covariances,
                             std::vector<double>& solved) const {
  for (std::size_t i = solved.size(); i < covariances.size(); ++i) {
    const double* row = &factor_(static_cast<Eigen::Index>(i), 0);
    const double known = View({row, i}).dot(View(solved));
    solved.push_back((covariances[i] - known) / row[i]);
  }
}

double GaussianProcess::Deviation(std::span<const double> solved, double prior) const {
  return std::sqrt(variance_ * std::max(0.0, prior - View(solved).squaredNorm()));
}

}  // namespace bo
