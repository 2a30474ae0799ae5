#include "plugins/nb201/space.h"

#include <algorithm>
#include <cmath>

#include "plugins/nb201/canonical.h"

namespace nb201 {

lode::Matrix CellMatrix() {
  return {"cell",
          {kEdgeNames.begin(), kEdgeNames.end()},
          {kOperationNames.begin(), kOperationNames.end()}};
}

double Space::Log10Size() const { return std::log10(kArchitectures); }

void Space::Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
  for (std::size_t e = 0; e < kEdges; ++e) {
    const auto row = action.subspan(e * kOperations, kOperations);
    const auto largest = std::max_element(row.begin(), row.end());
    out[e * kOperations + static_cast<std::size_t>(largest - row.begin())] = 1;
  }
}

void Space::Sample(lode::Random random, std::span<std::uint8_t> out) const {
  ToArchitecture(FromIndex(static_cast<std::uint32_t>(random.Below(kArchitectures))), out);
}

std::string Space::Format(lode::ArchitectureView architecture) const {
  return nb201::Format(FromArchitecture(architecture));
}

void Space::Parse(std::string_view text, std::span<std::uint8_t> out) const {
  Cell cell{};
  ParseError error;
  if (!nb201::Parse(text, &cell, &error))
    throw lode::InvalidError("column " + std::to_string(error.column) + ": " + error.message);
  ToArchitecture(cell, out);
}

void Space::Mutate(lode::Random random, lode::ArchitectureView parent,
                   std::span<std::uint8_t> child) const {
  Cell cell = FromArchitecture(parent);
  Operation& changed = cell[random.Below(kEdges)];
  const std::uint64_t step = 1 + random.Below(kOperations - 1);
  changed = static_cast<Operation>((changed + step) % kOperations);
  ToArchitecture(cell, child);
}

void Space::Crossover(lode::Random random, lode::ArchitectureView mother,
                      lode::ArchitectureView father, std::span<std::uint8_t> child) const {
  Cell cell = FromArchitecture(mother);
  const Cell other = FromArchitecture(father);
  for (std::size_t e = 0; e < kEdges; ++e)
    if (random.Below(2) == 1) cell[e] = other[e];
  ToArchitecture(cell, child);
}

std::vector<lode::Architecture> Space::Neighbours(lode::ArchitectureView architecture) const {
  const Cell cell = FromArchitecture(architecture);
  std::vector<lode::Architecture> neighbours;
  for (std::size_t e = 0; e < kEdges; ++e) {
    for (std::size_t o = 0; o < kOperations; ++o) {
      if (o == cell[e]) continue;
      Cell changed = cell;
      changed[e] = static_cast<Operation>(o);
      ToArchitecture(changed, neighbours.emplace_back(kCells));
    }
  }
  return neighbours;
}

void Space::Canonical(lode::ArchitectureView architecture,
                      std::span<std::uint8_t> representative) const {
  ToArchitecture(Representative(FromArchitecture(architecture)), representative);
}

}  // namespace nb201
