// A pair of DARTS cells. A cell reads the outputs of the two cells before it (inputs 0 and 1), has
// four intermediate nodes (inputs 2 to 5 of later nodes) and outputs their concatenation. An
// intermediate node is the sum of two edges from distinct earlier inputs, each with one operation
// (Liu et al., DARTS, ICLR 2019, section 2.1).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <string_view>
#include <vector>

namespace darts {

inline constexpr std::size_t kCellInputs = 2;
inline constexpr std::size_t kNodes = 4;      // intermediate nodes
inline constexpr std::size_t kNodeEdges = 2;  // into each of them
inline constexpr std::size_t kRows = 14;      // possible edges
inline constexpr std::size_t kOperations = 7;
inline constexpr std::size_t kMatrixCells = kRows * kOperations;
inline constexpr std::size_t kMatrices = 2;
inline constexpr std::size_t kCells = kMatrices * kMatrixCells;  // bytes of an architecture
inline constexpr std::uint32_t kCellCount = 1037664180;          // 1 * 3 * 6 * 10 * 7^8

enum Operation : std::uint8_t {
  kMaxPool3x3,
  kAvgPool3x3,
  kSkipConnect,
  kSepConv3x3,
  kSepConv5x5,
  kDilConv3x3,
  kDilConv5x5
};

inline constexpr std::array<std::string_view, kOperations> kOperationNames = {
    "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3",
    "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"};

struct Edge {
  std::uint8_t input;  // 0 .. InputsOf(node) - 1
  Operation operation;
  auto operator<=>(const Edge&) const = default;  // NOLINT(modernize-use-nullptr)
};

using Node = std::array<Edge, kNodeEdges>;  // inputs ascend
using Cell = std::array<Node, kNodes>;
using Genotype = std::array<Cell, kMatrices>;

// Positions in a Genotype and of the matrices.
enum CellKind : std::size_t { kNormal, kReduce };
inline constexpr std::array<std::string_view, kMatrices> kCellNames = {"normal", "reduce"};

// The number of inputs that intermediate node `node`, 0 .. 3, can choose from.
constexpr std::size_t InputsOf(std::size_t node) { return node + kCellInputs; }

// The node's first row in its matrix; it owns InputsOf(node) consecutive rows, by input.
constexpr std::size_t FirstRowOf(std::size_t node) { return node * (node + 3) / 2; }

// The pairs of inputs of a node, ordered so that pairs with small inputs come first: a node can
// have the first PairsOf(node) of them.
struct InputPair {
  std::uint8_t first, second;
};
inline constexpr std::array<InputPair, 10> kInputPairs = {
    {{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}, {0, 4}, {1, 4}, {2, 4}, {3, 4}}};
constexpr std::size_t PairsOf(std::size_t node) {
  return InputsOf(node) * (InputsOf(node) - 1) / 2;
}

// "0->2", "1->2", "0->3", ...: the labels of a matrix's rows.
std::vector<std::string> RowLabels();

// The matrices of the space: "normal" and "reduce".
std::vector<lode::Matrix> Matrices();

// Returns the cell with a number: a bijection from 0 .. kCellCount - 1. REQUIRES: index <
// kCellCount.
Cell CellFromIndex(std::uint32_t index);
// And back.
std::uint32_t ToIndex(const Cell& cell);

// Reads the bytes of both matrices, kCells of them. Throws lode::InvalidError, naming matrix and
// row or node, unless every node has exactly two rows with exactly one 1 each, and everything else
// is 0.
Genotype FromArchitecture(lode::ArchitectureView architecture);

// Writes the bytes of both matrices. REQUIRES: out has kCells zeros.
void ToArchitecture(const Genotype& genotype, std::span<std::uint8_t> out);

}  // namespace darts
