// Rows of numbers by architecture, compact enough for millions of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace table {

// Rows are numbered in the order in which they were added. Const methods may be called from any
// thread.
class Rows {
 public:
  // Rows for architectures of `cells` bytes, with `width` numbers each.
  Rows(std::size_t cells, std::size_t width);

  std::size_t size() const { return size_; }

  // Returns the number of an architecture's row; nothing if it has none or has bytes other than 0
  // and 1.
  std::optional<std::size_t> Find(lode::ArchitectureView architecture) const;

  // Adds a row. REQUIRES: the architecture has none; its bytes are 0 and 1.
  void Add(lode::ArchitectureView architecture, std::span<const double> numbers);

  std::span<const double> operator[](std::size_t row) const {
    return std::span(numbers_).subspan(row * width_, width_);
  }

 private:
  std::optional<std::string> KeyOf(lode::ArchitectureView architecture) const;
  std::string_view Key(std::size_t row) const;

  std::size_t cells_, width_;
  std::size_t size_ = 0;
  std::string keys_;  // each row's architecture, a bit for each cell
  std::vector<double> numbers_;
  std::unordered_multimap<std::size_t, std::uint32_t> rows_by_hash_;  // of the key
};

}  // namespace table
