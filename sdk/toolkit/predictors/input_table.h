// Rows of numbers in the layout that networks read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "toolkit/kernels/kernels.h"

namespace lode::predictors {

// Each row has `columns` numbers, padded with zeros to Padded(columns).
class InputTable {
 public:
  explicit InputTable(std::size_t columns) : columns_(columns) {}

  std::size_t columns() const { return columns_; }
  std::size_t rows() const { return numbers_.size() / stride(); }
  // The padded rows, one after the other.
  const float* data() const { return numbers_.data(); }
  std::span<const float> Row(std::size_t row) const {
    return std::span(numbers_).subspan(row * stride(), columns_);
  }

  // Appends a row of zeros and returns it; valid until the next one.
  std::span<float> AppendRow() {
    numbers_.resize(numbers_.size() + stride(), 0.0f);
    return std::span(numbers_).last(stride()).first(columns_);
  }
  void AppendRow(std::span<const float> row) { std::ranges::copy(row, AppendRow().begin()); }
  void Clear() { numbers_.clear(); }

 private:
  std::size_t stride() const { return kernels::Padded(columns_); }

  std::size_t columns_;
  std::vector<float> numbers_;
};

}  // namespace lode::predictors
