// A NAS-Bench-201 cell: four nodes, six edges, one of five operations on each edge. Node 0 is the
// input, node j sums its edges from all i < j, node 3 is the output (Dong and Yang, ICLR 2020,
// section 2.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>

namespace nb201 {

inline constexpr std::size_t kNodes = 4;
inline constexpr std::size_t kEdges = 6;
inline constexpr std::size_t kOperations = 5;
inline constexpr std::size_t kCells = kEdges * kOperations;  // of the space's one matrix
inline constexpr std::uint32_t kArchitectures = 15625;       // kOperations ^ kEdges

enum Operation : std::uint8_t { kNone, kSkipConnect, kConv1x1, kConv3x3, kAvgPool3x3 };

inline constexpr std::array<std::string_view, kOperations> kOperationNames = {
    "none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"};

struct Edge {
  std::uint8_t from, to;
};

// The order of edges in the benchmark's strings, and of the rows of the matrix.
inline constexpr std::array<Edge, kEdges> kEdgeOrder = {
    {{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};
inline constexpr std::array<std::string_view, kEdges> kEdgeNames = {"0->1", "0->2", "1->2",
                                                                    "0->3", "1->3", "2->3"};

// The space's matrix "cell": rows are the edges in kEdgeOrder ("0->1"), columns the operations in
// kOperationNames.
lode::Matrix CellMatrix();

// The operation on each edge, in kEdgeOrder.
using Cell = std::array<Operation, kEdges>;

// Returns the cell's number in this code, 0 .. kArchitectures - 1: its operations as digits in base
// five, edge 0->1 first. (The benchmark's own index has a random order.)
std::uint32_t ToIndex(const Cell& cell);

// REQUIRES: index < kArchitectures.
Cell FromIndex(std::uint32_t index);

// Reads the architecture bytes of the 6x5 matrix. Throws lode::InvalidError unless every row has
// exactly one 1 and otherwise zeros; the message names the row.
Cell FromArchitecture(lode::ArchitectureView architecture);

// Writes the architecture bytes into `out`. REQUIRES: out has kCells zeros.
void ToArchitecture(const Cell& cell, std::span<std::uint8_t> out);

// "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|".
std::string Format(const Cell& cell);

// Where and why a text is not a cell.
struct ParseError {
  std::size_t column = 0;  // of the first wrong character, counted from 1
  std::string message;
};

// Reads what Format writes, the benchmark's number ("11472", which is not ToIndex), and what its
// code prints: "Structure(4 nodes with |...|)" and, for each node, tuples of operation and input,
// "[(('nor_conv_3x3', 0),), (('none', 0), ('none', 1)), (...)]". Accepts lists for tuples, either
// kind of quotes, a node's inputs in any order, a comma after the last item and a name in front.
// For any other text fills *error and returns false, leaving *cell in an unspecified state.
bool Parse(std::string_view text, Cell* cell, ParseError* error);

}  // namespace nb201
