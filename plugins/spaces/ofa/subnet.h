// A sub-network of the Once-for-All MobileNetV3 supernet: five units of two to four layers, each
// layer with its own kernel size and expansion ratio (Cai, Gan, Wang, Zhang and Han, Once-for-All,
// ICLR 2020, section 3.1).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>

namespace ofa {

inline constexpr std::size_t kUnits = 5;
inline constexpr std::size_t kLayersPerUnit = 4;  // at full depth
inline constexpr std::size_t kLayers = kUnits * kLayersPerUnit;

inline constexpr std::array<std::uint8_t, 3> kKernels = {3, 5, 7};
inline constexpr std::array<std::uint8_t, 3> kExpands = {3, 4, 6};
inline constexpr std::array<std::uint8_t, 3> kDepthValues = {2, 3, 4};

// The shape of the space's two matrices: "ops" is kLayers x kOperations, "depth" kUnits x kDepths.
// Operation 3 x + k is the expansion kExpands[x] with the kernel kKernels[k].
inline constexpr std::size_t kOperations = kExpands.size() * kKernels.size();
inline constexpr std::size_t kDepths = kDepthValues.size();
inline constexpr std::size_t kCells = kLayers * kOperations + kUnits * kDepths;  // 195

// A sub-network's choices. The layers of a unit past its depth are inactive: they still have
// values, which are not part of the network.
struct Subnet {
  std::array<std::uint8_t, kLayers> kernel;  // of kKernels
  std::array<std::uint8_t, kLayers> expand;  // of kExpands
  std::array<std::uint8_t, kUnits> depth;    // of kDepthValues: the unit's first layers are active

  // REQUIRES: layer < kLayers.
  bool IsActive(std::size_t layer) const {
    return layer % kLayersPerUnit < depth[layer / kLayersPerUnit];
  }

  auto operator<=>(const Subnet&) const = default;
};

// Maps a layer's choices to the column of "ops", and a column to the choices.
inline constexpr std::size_t IndexOf(const std::array<std::uint8_t, 3>& values,
                                     std::uint8_t value) {
  return static_cast<std::size_t>(value >= values[1]) +
         static_cast<std::size_t>(value >= values[2]);
}
inline std::size_t OperationOf(const Subnet& subnet, std::size_t layer) {
  return IndexOf(kExpands, subnet.expand[layer]) * kKernels.size() +
         IndexOf(kKernels, subnet.kernel[layer]);
}
inline constexpr std::uint8_t ExpandOf(std::size_t operation) {
  return kExpands[operation / kKernels.size()];
}
inline constexpr std::uint8_t KernelOf(std::size_t operation) {
  return kKernels[operation % kKernels.size()];
}

// "unit 1 layer 1" .. "unit 5 layer 4", the rows of "ops"; "unit 1" .. "unit 5", those of "depth".
std::string LayerName(std::size_t layer);
std::string UnitName(std::size_t unit);

// Reads the architecture bytes of the two matrices. Throws lode::InvalidError unless every row has
// exactly one 1 and otherwise zeros; the message names the matrix and the row. REQUIRES:
// architecture has kCells bytes.
Subnet FromArchitecture(lode::ArchitectureView architecture);

// Writes the architecture bytes into `out`. REQUIRES: out has kCells zeros.
void ToArchitecture(const Subnet& subnet, std::span<std::uint8_t> out);

}  // namespace ofa
