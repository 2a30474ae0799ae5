// A base of spaces with one row, of which one cell is chosen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>

template <std::size_t kSize>
struct OneRow {
  static constexpr std::size_t kCells = kSize;

  void Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < kCells; ++i) { best = action[i] > action[best] ? i : best; }
    out[best] = 1;
  }
  void Sample(lode::Random random, std::span<std::uint8_t> out) const {
    out[random.Below(kCells)] = 1;
  }
  static std::size_t CellOf(lode::ArchitectureView architecture) {
    std::size_t cell = 0;
    while (cell + 1 < kCells && architecture[cell] == 0) { ++cell; }
    return cell;
  }
};
