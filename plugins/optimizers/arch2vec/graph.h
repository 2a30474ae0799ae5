// Architectures as graphs with an operation on each node, which the embedding is learned from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "toolkit/sampling/rows.h"

namespace arch2vec {

struct NodeGraph {
  std::vector<std::uint32_t> operations;                      // of each node
  std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;  // between two nodes, each pair once
};

// Reads an architecture in one of three ways, by what the space says of its graphs:
//
//   operations on edges    a node for each place that has an edge in any example, with the edge's
//                          operation, or `none` where this architecture has no edge; a node for
//                          each input and each output of the network; arcs from a place to those
//                          that begin where it ends. A cell of NAS-Bench-201 becomes the 8 nodes
//                          with 7 operations of arch2vec's program.
//   operations on nodes    the graph as it is
//   no graphs              a chain: an input, a node for each decision, with the value that it
//                          has, and an output
//
// What follows a comma in a label is ignored. Immutable: any thread may use it.
class GraphReader {
 public:
  // `examples` must not be empty.
  GraphReader(const lode::Space& space, std::span<const lode::Architecture> examples);

  // An operation that no example has is read as the number operations().
  NodeGraph Read(lode::ArchitectureView architecture) const;

  std::size_t operations() const { return numbers_.size(); }

 private:
  // From, to, and the number of edges before it between the same nodes.
  using Place = std::array<std::size_t, 3>;
  using Labels = std::vector<std::string>;
  using Arcs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  static std::map<Place, const lode::Graph::Edge*> PlacesOf(const lode::Graph& graph);
  void FindPlaces(std::span<const lode::Architecture> examples);
  void JoinPlaces(const lode::Graph& example);
  Labels LabelsOf(lode::ArchitectureView architecture, Arcs& arcs) const;
  Labels PlaceLabels(const lode::Graph& graph) const;
  Labels DecisionLabels(lode::ArchitectureView architecture) const;

  lode::Space space_;
  lode::sampling::Rows rows_;
  std::vector<std::string> row_groups_;
  std::vector<std::string> cell_labels_;
  bool has_graph_, on_edges_ = false;
  std::vector<Place> places_;
  std::vector<std::size_t> inputs_, outputs_;  // nodes of the space's graph
  Arcs place_arcs_;
  std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace arch2vec
