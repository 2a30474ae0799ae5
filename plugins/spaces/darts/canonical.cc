#include "plugins/spaces/darts/canonical.h"

#include <algorithm>
#include <array>
#include <optional>

namespace darts {
namespace {

// The new position of each intermediate node.
using Places = std::array<std::uint8_t, kNodes>;

std::uint8_t RenamedInput(std::uint8_t input, const Places& places) {
  if (input < kCellInputs) { return input; }
  return static_cast<std::uint8_t>(places[input - kCellInputs] + kCellInputs);
}

// Returns the cell with its nodes at their new positions; nothing if an edge would come from a
// later node.
std::optional<Cell> Renamed(const Cell& cell, const Places& places) {
  Cell renamed{};
  for (std::size_t node = 0; node < kNodes; ++node) {
    Node& moved = renamed[places[node]];
    for (std::size_t e = 0; e < kNodeEdges; ++e) {
      moved[e] = {RenamedInput(cell[node][e].input, places), cell[node][e].operation};
      if (moved[e].input >= InputsOf(places[node])) { return std::nullopt; }
    }
    std::sort(moved.begin(), moved.end());
  }
  return renamed;
}

}  // namespace

Cell Representative(const Cell& cell) {
  Cell least = cell;
  Places places = {0, 1, 2, 3};
  while (std::next_permutation(places.begin(), places.end())) {
    if (const auto renamed = Renamed(cell, places); renamed && *renamed < least) {
      least = *renamed;
    }
  }
  return least;
}

}  // namespace darts
