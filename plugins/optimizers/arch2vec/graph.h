// Architectures as graphs with an operation on each node, which the embedding is learned from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace arch2vec {

using Arcs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // each pair of nodes once

// What one part of an architecture looks like, in the space's own words.
struct LabeledGraph {
  std::vector<std::string> labels;  // of each node
  Arcs arcs;

  bool operator==(const LabeledGraph&) const = default;
};

struct NodeGraph {
  std::vector<std::uint32_t> operations;  // of each node
  Arcs arcs;
};

// One way to read an architecture as labeled graphs, its parts: always the same number of them, in
// the same order. Immutable.
class Reading {
 public:
  virtual ~Reading() = default;
  virtual std::vector<LabeledGraph> Read(lode::ArchitectureView architecture) const = 0;
};

// Reads an architecture in one of three ways, by what the space says of its graphs:
//
//   operations on edges    a node for each place that has an edge in any example, with the edge's
//                          operation, or `none` where this architecture has no edge; a node for
//                          each input and each output; arcs from a place to those that begin where
//                          it ends. A cell of NAS-Bench-201 becomes the 8 nodes with 7 operations
//                          of arch2vec's program.
//   operations on nodes    the graph as it is
//   no graphs              a chain: an input, a node for each decision, with the value that it
//                          has, and an output
//
// Each group of nodes is a graph of its own: a cell of DARTS, a unit of Once-for-All. Arcs between
// groups become arcs from an input, or to an output. The decoder needs small graphs: nodes without
// an arc between them have latent vectors at an obtuse angle, and at most d + 1 vectors of d
// dimensions have that in pairs. Groups that are the same in all examples are left out.
//
// What follows a comma in a label is ignored. Immutable: any thread may use it.
class GraphReader {
 public:
  // `examples` must not be empty.
  GraphReader(const lode::Space& space, std::span<const lode::Architecture> examples);

  // Returns parts() graphs. An operation that no example has is read as the number operations().
  std::vector<NodeGraph> Read(lode::ArchitectureView architecture) const;

  std::size_t parts() const { return parts_.size(); }
  std::size_t operations() const { return numbers_.size(); }

 private:
  std::shared_ptr<const Reading> reading_;
  std::vector<std::size_t> parts_;  // those of the reading that differ between architectures
  std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace arch2vec
