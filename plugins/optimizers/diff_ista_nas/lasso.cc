#include "plugins/optimizers/diff_ista_nas/lasso.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace diff_ista_nas {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// With signs s, and A those columns whose coordinates are not 0, the solution at penalty p is
// z = level - p slope: A'A level = A'b, A'A slope = s. The correlations c_j = A_j'(b - A z) of all
// columns are rest_j + p share_j; they are at most p in size, and p s_j where z is not 0.
class LassoPath {
 public:
  LassoPath(const Basis& a, std::span<const double> b)
      : a_(Eigen::Map<const MatrixXd>(a.values.data(), static_cast<Index>(a.rows),
                                      static_cast<Index>(a.columns()))),
        b_(Eigen::Map<const VectorXd>(b.data(), static_cast<Index>(b.size()))) {}

  std::vector<double> SolutionAt(double penalty) {
    Begin();
    for (Index event = 0; event < kEvents * a_.cols() && penalty_ > penalty; ++event) {
      Solve();
      TakeNextEvent(penalty);
    }
    std::vector<double> z(static_cast<std::size_t>(a_.cols()));
    for (std::size_t k = 0; k < active_.size(); ++k) {
      const auto i = static_cast<Index>(k);
      z[static_cast<std::size_t>(active_[k])] = level_[i] - penalty * slope_[i];
    }
    return z;
  }

 private:
  static constexpr Index kEvents = 100;  // for each column: far more than there are

  void Begin() {
    const VectorXd correlations = a_.transpose() * b_;
    Index first = 0;
    penalty_ = correlations.cwiseAbs().maxCoeff(&first);
    Add(first, correlations[first]);
  }

  void Add(Index column, double sign) {
    active_.push_back(column);
    signs_.push_back(sign > 0 ? 1 : -1);
    last_ = column;
  }

  void Solve() {
    const auto count = static_cast<Index>(active_.size());
    MatrixXd columns(a_.rows(), count);
    for (Index k = 0; k < count; ++k) {
      columns.col(k) = a_.col(active_[static_cast<std::size_t>(k)]);
    }
    const Eigen::LDLT<MatrixXd> gram(columns.transpose() * columns);
    level_ = gram.solve(columns.transpose() * b_);
    slope_ = gram.solve(Eigen::Map<const VectorXd>(signs_.data(), count));
    rest_ = a_.transpose() * (b_ - columns * level_);
    share_ = a_.transpose() * (columns * slope_);
  }

  // Lowers the penalty to where a coordinate joins or leaves, but not below `end`.
  void TakeNextEvent(double end) {
    double next = end;
    Index joining = -1;
    std::size_t leaving = active_.size();
    for (std::size_t k = 0; k < active_.size(); ++k) {
      const double at = level_[static_cast<Index>(k)] / slope_[static_cast<Index>(k)];
      if (active_[k] != last_ && at > next && at < penalty_) { next = at, leaving = k; }
    }
    // With as many columns as rows, no other correlation reaches the penalty.
    const bool full = static_cast<Index>(active_.size()) == a_.rows();
    for (Index j = 0; j < a_.cols() && !full; ++j) {
      if (j == last_ || std::ranges::find(active_, j) != active_.end()) { continue; }
      for (const double at : {rest_[j] / (1 - share_[j]), -rest_[j] / (1 + share_[j])}) {
        if (at > next && at < penalty_) { next = at, joining = j; }
      }
    }
    penalty_ = next;
    if (joining >= 0) {
      Add(joining, rest_[joining] + next * share_[joining]);
    } else if (leaving < active_.size()) {
      last_ = active_[leaving];
      active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(leaving));
      signs_.erase(signs_.begin() + static_cast<std::ptrdiff_t>(leaving));
    }
  }

  const MatrixXd a_;
  const VectorXd b_;
  double penalty_ = 0;
  std::vector<Index> active_;
  std::vector<double> signs_;
  Index last_ = -1;  // the column of the last event: rounding must not repeat it
  VectorXd level_, slope_, rest_, share_;
};

}  // namespace

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) { sum += a[i] * b[i]; }
  return sum;
}

std::vector<double> Lasso(const Basis& a, std::span<const double> b, double penalty) {
  double largest = 0;
  for (std::size_t c = 0; c < a.columns(); ++c) {
    largest = std::max(largest, std::abs(Dot(a.column(c), b)));
  }
  if (!(largest > penalty)) { return std::vector<double>(a.columns()); }
  return LassoPath(a, b).SolutionAt(penalty);
}

}  // namespace diff_ista_nas
