// lode/matrices.hpp - for oracles and optimizers made for one space: checks that the space they are
// bound to has its matrices. Header-only.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_MATRICES_HPP_
#define LODE_MATRICES_HPP_

#include <algorithm>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <string>
#include <vector>

namespace lode {
inline namespace v1 {

namespace detail {

// "ops" 20x9, "depth" 5x3
inline std::string Shapes(const std::vector<Matrix>& matrices) {
  std::string shapes;
  for (const Matrix& m : matrices) {
    shapes += (shapes.empty() ? "" : ", ") + Quote(m.name) + " " + std::to_string(m.rows()) + "x" +
              std::to_string(m.columns());
  }
  return shapes;
}

}  // namespace detail

// Throws UnsupportedError unless `space` has exactly the matrices `expected`, including labels. The
// message begins with `what`: "the table is of the space ofa".
inline void RequireMatrices(const Space& space, const std::vector<Matrix>& expected,
                            const std::string& what) {
  const std::string start = what + ", matrices " + detail::Shapes(expected);
  const std::string found = detail::Shapes(space.matrices());
  if (found != detail::Shapes(expected)) { throw UnsupportedError(start + ", not " + found); }
  const auto require = [&](const std::string& labels, const auto& ours, const auto& theirs) {
    const auto [our, their] = std::mismatch(ours.begin(), ours.end(), theirs.begin());
    if (our == ours.end()) { return; }
    throw UnsupportedError(start + ": " + labels + " " + std::to_string(our - ours.begin()) +
                           " is " + Quote(*their) + ", expected " + Quote(*our));
  };
  for (std::size_t m = 0; m < expected.size(); ++m) {
    const Matrix& theirs = space.matrices()[m];
    require(expected[m].name + ", row", expected[m].row_labels, theirs.row_labels);
    require(expected[m].name + ", column", expected[m].column_labels, theirs.column_labels);
  }
}

}  // namespace v1
}  // namespace lode

#endif  // LODE_MATRICES_HPP_
