// What can be counted in the network that a space draws of an architecture.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace lode::encodings {

// The paths from a graph's inputs to its outputs, and what is on them. Edges and nodes on no such
// path have no effect on the network and are not counted.
struct GraphCounts {
  // One for each path: a hash of its sequence of operations. Identities are left out. Empty if
  // there are more than GraphReader::kMostPaths.
  std::vector<std::uint64_t> paths;
  std::vector<std::uint64_t> operations;  // a hash of each occurrence, identities included
  struct Output {
    std::uint64_t node;       // a hash of its group and label
    std::size_t longest = 0;  // the largest number of operations, identities apart, to it
    double paths = 0;         // number of paths to it
  };
  std::vector<Output> outputs;
};

// Reads graphs of one space. Learns from examples which nodes are inputs (they have no edge to them
// in any example) and outputs (no edge from them), and whether operations are on edges, as where
// any edge has a label, or on nodes. Nodes are known by their group and label, of which the part
// after a comma is left out everywhere. An operation of one group (a cell, say) differs from that
// of another. Edges without a label, and operations "skip", "skip_connect" and "identity", are
// identities. An edge that the space leaves out, as for "none", ends a path, and so does an edge
// "none" or "zero".
class GraphReader {
 public:
  static constexpr std::size_t kMostPaths = 128;

  explicit GraphReader(std::span<const lode::Graph> examples);

  // Linear in nodes, edges and paths. A graph with a cycle has nothing to count.
  GraphCounts Read(const lode::Graph& graph) const;

 private:
  std::unordered_set<std::uint64_t> inputs_, outputs_;
  bool operations_on_edges_ = false;
};

}  // namespace lode::encodings
