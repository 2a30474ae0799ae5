// The rows that a kernel compares a row with.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/features.h"

namespace bo {

// Refers to rows, which must outlive it, and has their trends as a matrix.
class RowTable {
 public:
  void Append(const Row& row) {
    const auto size = static_cast<Eigen::Index>(rows_.size());
    const auto trend = static_cast<Eigen::Index>(row.trend.size());
    if (size == trends_.rows()) {
      trends_.conservativeResize(std::max<Eigen::Index>(32, size * 2), trend);
    }
    if (trend > 0) {  // otherwise there is no memory to point into
      trends_.row(size) = Eigen::Map<const Eigen::RowVectorXd>(row.trend.data(), trend);
    }
    rows_.push_back(&row);
  }
  // Forgets all but the first `size` rows.
  void Truncate(std::size_t size) { rows_.resize(size); }

  std::size_t size() const { return rows_.size(); }
  const Row& operator[](std::size_t i) const { return *rows_[i]; }
  auto trends() const { return trends_.topRows(static_cast<Eigen::Index>(rows_.size())); }

 private:
  std::vector<const Row*> rows_;
  Eigen::MatrixXd trends_;  // a row for each, and spare ones
};

}  // namespace bo
