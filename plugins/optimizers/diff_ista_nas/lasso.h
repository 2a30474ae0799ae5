// Sparse coding.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace diff_ista_nas {

// A matrix of `rows` rows, by columns.
struct Basis {
  std::size_t rows;
  std::span<const double> values;

  std::size_t columns() const { return values.size() / rows; }
  std::span<const double> column(std::size_t c) const { return values.subspan(c * rows, rows); }
};

double Dot(std::span<const double> a, std::span<const double> b);

// The z with the smallest |A z - b|^2 / 2 + penalty * |z|_1. Follows the solutions, which are
// linear between the penalties at which a coordinate becomes or ceases to be 0, from the penalty
// above which z is 0 (the homotopy method: Osborne, Presnell and Turlach, IMA Journal of Numerical
// Analysis 20, 2000). REQUIRES: penalty > 0, columns in general position.
std::vector<double> Lasso(const Basis& a, std::span<const double> b, double penalty);

}  // namespace diff_ista_nas
