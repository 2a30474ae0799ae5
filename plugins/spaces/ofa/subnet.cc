#include "plugins/spaces/ofa/subnet.h"

#include <algorithm>
#include <bit>

namespace ofa {
namespace {

// Returns the position of the only 1 among kWidth bytes, or kWidth if there is no such byte. Eight
// bytes form one word, so a row takes a few steps.
template <std::size_t kWidth>
std::size_t OnlyOne(const std::uint8_t* row) {
  static_assert(kWidth <= 9);
  constexpr std::size_t kInWord = std::min<std::size_t>(kWidth, 8);
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t word = 0;
  for (std::size_t k = 0; k < kInWord; ++k) { word |= std::uint64_t{row[k]} << (8 * k); }
  const std::uint8_t last = kWidth > kInWord ? row[kInWord] : 0;
  if ((word == 0) != (last == 1) || last > 1) { return kWidth; }
  if (word == 0) { return kInWord; }
  const bool one = (word & ~kOnes) == 0 && std::has_single_bit(word);
  return one ? static_cast<std::size_t>(std::countr_zero(word)) / 8 : kWidth;
}

[[noreturn]] void Refuse(const char* matrix, const std::string& row) {
  throw lode::InvalidError(std::string(matrix) + ", row " + row +
                           ": does not have exactly one 1 among zeros");
}

}  // namespace

std::string UnitName(std::size_t unit) { return "unit " + std::to_string(unit + 1); }

std::string LayerName(std::size_t layer) {
  return UnitName(layer / kLayersPerUnit) + " layer " + std::to_string(layer % kLayersPerUnit + 1);
}

Subnet FromArchitecture(lode::ArchitectureView architecture) {
  Subnet subnet;
  const std::uint8_t* row = architecture.data();
  for (std::size_t layer = 0; layer < kLayers; ++layer, row += kOperations) {
    const std::size_t operation = OnlyOne<kOperations>(row);
    if (operation == kOperations) { Refuse("ops", LayerName(layer)); }
    subnet.expand[layer] = ExpandOf(operation);
    subnet.kernel[layer] = KernelOf(operation);
  }
  for (std::size_t unit = 0; unit < kUnits; ++unit, row += kDepths) {
    const std::size_t depth = OnlyOne<kDepths>(row);
    if (depth == kDepths) { Refuse("depth", UnitName(unit)); }
    subnet.depth[unit] = kDepthValues[depth];
  }
  return subnet;
}

void ToArchitecture(const Subnet& subnet, std::span<std::uint8_t> out) {
  std::uint8_t* row = out.data();
  for (std::size_t layer = 0; layer < kLayers; ++layer, row += kOperations) {
    row[OperationOf(subnet, layer)] = 1;
  }
  for (std::size_t unit = 0; unit < kUnits; ++unit, row += kDepths) {
    row[IndexOf(kDepthValues, subnet.depth[unit])] = 1;
  }
}

}  // namespace ofa
