#include "plugins/spaces/nb201/cell.h"

#include <algorithm>
#include <numeric>

namespace nb201 {

lode::Matrix CellMatrix() {
  return {"cell",
          {kEdgeNames.begin(), kEdgeNames.end()},
          {kOperationNames.begin(), kOperationNames.end()}};
}

std::uint32_t ToIndex(const Cell& cell) {
  return std::accumulate(cell.begin(), cell.end(), 0u, [](std::uint32_t index, Operation o) {
    return index * static_cast<std::uint32_t>(kOperations) + o;
  });
}

Cell FromIndex(std::uint32_t index) {
  Cell cell{};
  for (std::size_t e = kEdges; e-- > 0; index /= static_cast<std::uint32_t>(kOperations)) {
    cell[e] = static_cast<Operation>(index % kOperations);
  }
  return cell;
}

Cell FromArchitecture(lode::ArchitectureView architecture) {
  Cell cell{};
  for (std::size_t e = 0; e < kEdges; ++e) {
    const auto row = architecture.subspan(e * kOperations, kOperations);
    const auto one = std::find(row.begin(), row.end(), std::uint8_t{1});
    if (one == row.end() ||
        std::count(row.begin(), row.end(), std::uint8_t{0}) != kOperations - 1) {
      throw lode::InvalidError("row " + std::string(kEdgeNames[e]) +
                               " does not have exactly one 1 among zeros");
    }
    cell[e] = static_cast<Operation>(one - row.begin());
  }
  return cell;
}

void ToArchitecture(const Cell& cell, std::span<std::uint8_t> out) {
  for (std::size_t e = 0; e < kEdges; ++e) { out[e * kOperations + cell[e]] = 1; }
}

}  // namespace nb201
