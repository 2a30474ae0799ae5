// The ways to read an architecture as labeled graphs (graph.h).
#pragma once

#include <array>
#include <cstddef>
#include <lode/plugin.hpp>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plugins/optimizers/arch2vec/graph.h"
#include "toolkit/sampling/rows.h"

namespace arch2vec {

// Operations on edges.
class EdgeReading : public Reading {
 public:
  EdgeReading(const lode::Space& space, std::span<const lode::Architecture> examples);
  std::vector<LabeledGraph> Read(lode::ArchitectureView architecture) const override;

 private:
  // From, to, and the number of edges before it between the same nodes.
  using Place = std::array<std::size_t, 3>;
  struct Part {
    std::vector<Place> places;
    std::vector<std::size_t> inputs, outputs;  // nodes of the space's graph
    Arcs arcs;
  };

  static std::map<Place, const lode::Graph::Edge*> PlacesOf(const lode::Graph& graph);
  static void FindEnds(std::size_t nodes, Part& part);
  static void Join(Part& part);

  lode::Space space_;
  std::vector<Part> parts_;
};

// Operations on nodes.
class NodeReading : public Reading {
 public:
  NodeReading(const lode::Space& space, std::span<const lode::Architecture> examples);
  std::vector<LabeledGraph> Read(lode::ArchitectureView architecture) const override;

 private:
  lode::Space space_;
  std::vector<std::string> groups_;
};

// No graph: the decisions in a chain.
class DecisionReading : public Reading {
 public:
  explicit DecisionReading(const lode::Space& space);
  std::vector<LabeledGraph> Read(lode::ArchitectureView architecture) const override;

 private:
  lode::sampling::Rows rows_;
  std::vector<std::string> row_groups_;
  std::vector<std::string> cell_labels_;
};

// Returns the one that suits the space.
std::unique_ptr<Reading> ReadingFor(const lode::Space& space,
                                    std::span<const lode::Architecture> examples);

}  // namespace arch2vec
