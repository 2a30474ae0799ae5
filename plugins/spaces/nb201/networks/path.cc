#include "plugins/spaces/nb201/networks/path.h"

#include <algorithm>
#include <array>
#include <functional>
#include <random>

namespace nb201 {
namespace {

std::mt19937 RandomOf(std::uint64_t seed, std::uint64_t step) {
  std::seed_seq words{seed & 0xffffffffU, seed >> 32, step & 0xffffffffU, step >> 32};
  return std::mt19937(words);
}

Cell NextCell(std::mt19937& random) {
  // 2^32 over 15625 leaves a bias of 4e-6.
  return FromIndex(static_cast<std::uint32_t>(random() % kArchitectures));
}

bool EveryNodeHasAnInput(const Cell& cell) {
  std::array<bool, kNodes> has_input{true};
  for (std::size_t e = 0; e < kEdges; ++e) {
    if (cell[e] != kNone) { has_input[kEdgeOrder[e].to] = true; }
  }
  return std::ranges::all_of(has_input, std::identity());
}

}  // namespace

Cell DrawCell(std::uint64_t seed, std::uint64_t step) {
  std::mt19937 random = RandomOf(seed, step);
  return NextCell(random);
}

std::vector<Cell> DrawCells(std::uint64_t seed, std::uint64_t step, std::size_t places) {
  std::mt19937 random = RandomOf(seed, step);
  std::vector<Cell> cells;
  while (cells.size() < places) {
    const Cell cell = NextCell(random);
    if (EveryNodeHasAnInput(cell)) { cells.push_back(cell); }
  }
  return cells;
}

}  // namespace nb201
