#include "plugins/spaces/darts/genotype.h"

#include <string>

namespace darts {
namespace {

std::string RowLabel(std::size_t node, std::size_t input) {
  return std::to_string(input) + "->" + std::to_string(node + kCellInputs);
}

[[noreturn]] void RefuseRow(CellKind kind, std::size_t node, std::size_t input) {
  throw lode::InvalidError("matrix " + std::string(kCellNames[kind]) + ", row " +
                           RowLabel(node, input) + " is neither all 0 nor one 1 among zeros");
}

[[noreturn]] void RefuseNode(CellKind kind, std::size_t node, std::size_t edges) {
  throw lode::InvalidError("matrix " + std::string(kCellNames[kind]) + ": node " +
                           std::to_string(node + kCellInputs) + " has edges from " +
                           std::to_string(edges) + " inputs, expected from 2");
}

// Reads the rows of one matrix.
class MatrixReader {
 public:
  MatrixReader(CellKind kind, lode::ArchitectureView architecture)
      : kind_(kind), matrix_(architecture.subspan(kind * kMatrixCells, kMatrixCells)) {}

  Node Read(std::size_t node) const {
    Node edges{};
    std::size_t used = 0;
    for (std::size_t input = 0; input < InputsOf(node); ++input) {
      const std::size_t operation = OperationOf(node, input);
      if (operation == kOperations) { continue; }
      if (used < kNodeEdges) {
        edges[used] = {static_cast<std::uint8_t>(input), static_cast<Operation>(operation)};
      }
      ++used;
    }
    if (used != kNodeEdges) { RefuseNode(kind_, node, used); }
    return edges;
  }

 private:
  // Returns the column of the row's 1; kOperations if the row is all zeros.
  std::size_t OperationOf(std::size_t node, std::size_t input) const {
    const std::uint8_t* row = &matrix_[(FirstRowOf(node) + input) * kOperations];
    std::size_t found = kOperations;
    for (std::size_t o = 0; o < kOperations; ++o) {
      if (row[o] == 0) { continue; }
      if (row[o] != 1 || found != kOperations) { RefuseRow(kind_, node, input); }
      found = o;
    }
    return found;
  }

  CellKind kind_;
  lode::ArchitectureView matrix_;
};

}  // namespace

std::vector<std::string> RowLabels() {
  std::vector<std::string> labels;
  for (std::size_t node = 0; node < kNodes; ++node) {
    for (std::size_t input = 0; input < InputsOf(node); ++input) {
      labels.push_back(RowLabel(node, input));
    }
  }
  return labels;
}

std::vector<lode::Matrix> Matrices() {
  std::vector<lode::Matrix> matrices;
  matrices.reserve(std::size(kCellNames));
  for (const std::string_view name : kCellNames) {
    matrices.push_back(
        {std::string(name), RowLabels(), {kOperationNames.begin(), kOperationNames.end()}});
  }
  return matrices;
}

Cell CellFromIndex(std::uint32_t index) {
  const auto next = [&index](std::size_t values) {
    const std::size_t digit = index % values;
    index = static_cast<std::uint32_t>(index / values);
    return digit;
  };
  Cell cell{};
  for (std::size_t node = 0; node < kNodes; ++node) {
    const InputPair inputs = kInputPairs[next(PairsOf(node))];
    cell[node][0] = {inputs.first, static_cast<Operation>(next(kOperations))};
    cell[node][1] = {inputs.second, static_cast<Operation>(next(kOperations))};
  }
  return cell;
}

std::uint32_t ToIndex(const Cell& cell) {
  std::size_t index = 0;
  for (std::size_t node = kNodes; node-- > 0;) {
    const auto& [first, second] = cell[node];
    const std::size_t pair = second.input * (second.input - 1U) / 2U + first.input;
    index = (index * kOperations + second.operation) * kOperations + first.operation;
    index = index * PairsOf(node) + pair;
  }
  return static_cast<std::uint32_t>(index);
}

Genotype FromArchitecture(lode::ArchitectureView architecture) {
  Genotype genotype{};
  for (const CellKind kind : {kNormal, kReduce}) {
    const MatrixReader reader(kind, architecture);
    for (std::size_t node = 0; node < kNodes; ++node) { genotype[kind][node] = reader.Read(node); }
  }
  return genotype;
}

void ToArchitecture(const Genotype& genotype, std::span<std::uint8_t> out) {
  for (const CellKind kind : {kNormal, kReduce}) {
    const auto matrix = out.subspan(kind * kMatrixCells, kMatrixCells);
    for (std::size_t node = 0; node < kNodes; ++node) {
      for (const auto& [input, operation] : genotype[kind][node]) {
        matrix[(FirstRowOf(node) + input) * kOperations + operation] = 1;
      }
    }
  }
}

}  // namespace darts
