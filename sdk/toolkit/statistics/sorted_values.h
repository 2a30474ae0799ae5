// Values in order, for quantities that are relative to the median and the best so far.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lode::statistics {

class SortedValues {
 public:
  void Add(double value) { values_.insert(std::ranges::upper_bound(values_, value), value); }

  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }

  // REQUIRE: !empty().
  double Largest() const { return values_.back(); }
  // The mean of the two in the middle if the number of values is even.
  double Median() const {
    return (values_[(values_.size() - 1) / 2] + values_[values_.size() / 2]) / 2;
  }

 private:
  std::vector<double> values_;
};

}  // namespace lode::statistics
