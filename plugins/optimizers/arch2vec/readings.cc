#include "plugins/optimizers/arch2vec/readings.h"

#include <algorithm>
#include <set>
#include <utility>

namespace arch2vec {
namespace {

// Labels of the space, told apart from those that this reading adds.
std::string Name(const std::string& label) { return '\n' + label.substr(0, label.find(',')); }

std::pair<std::uint32_t, std::uint32_t> Arc(std::size_t a, std::size_t b) {
  return {static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)};
}

bool HasOperationsOnEdges(const lode::Space& space, std::span<const lode::Architecture> examples) {
  return std::ranges::any_of(examples, [&](const lode::Architecture& example) {
    return std::ranges::any_of(space.Graph(example).edges,
                               [](const auto& edge) { return !edge.label.empty(); });
  });
}

// The nodes of one group, and what stands for the rest of the graph.
class GroupGraph {
 public:
  GroupGraph(const lode::Graph& whole, const std::string& group) {
    numbers_.resize(whole.nodes.size(), kElsewhere);
    for (std::size_t n = 0; n < whole.nodes.size(); ++n) {
      if (whole.nodes[n].group == group) { numbers_[n] = Add(Name(whole.nodes[n].label)); }
    }
    for (const lode::Graph::Edge& edge : whole.edges) { AddArc(edge); }
  }

  LabeledGraph Graph() && {
    graph_.arcs.assign(arcs_.begin(), arcs_.end());
    return std::move(graph_);
  }

 private:
  static constexpr std::size_t kElsewhere = ~std::size_t{0};

  std::size_t Add(std::string label) {
    graph_.labels.push_back(std::move(label));
    return graph_.labels.size() - 1;
  }

  // The adjacency is symmetric: each pair of different nodes has at most one arc.
  void AddArc(const lode::Graph::Edge& edge) {
    std::size_t from = numbers_[edge.from], to = numbers_[edge.to];
    if (from == to) { return; }
    if (from == kElsewhere) { from = End(input_, "input"); }
    if (to == kElsewhere) { to = End(output_, "output"); }
    arcs_.insert(Arc(std::min(from, to), std::max(from, to)));
  }

  std::size_t End(std::size_t& end, std::string label) {
    if (end == kElsewhere) { end = Add(std::move(label)); }
    return end;
  }

  LabeledGraph graph_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> arcs_;
  std::vector<std::size_t> numbers_;  // in this graph, of the whole graph's nodes
  std::size_t input_ = kElsewhere, output_ = kElsewhere;
};

}  // namespace

std::unique_ptr<Reading> ReadingFor(const lode::Space& space,
                                    std::span<const lode::Architecture> examples) {
  if (!space.HasGraph()) { return std::make_unique<DecisionReading>(space); }
  if (HasOperationsOnEdges(space, examples)) {
    return std::make_unique<EdgeReading>(space, examples);
  }
  return std::make_unique<NodeReading>(space, examples);
}

EdgeReading::EdgeReading(const lode::Space& space, std::span<const lode::Architecture> examples)
    : space_(space) {
  std::map<std::string, std::set<Place>> places;  // of each group
  std::size_t nodes = 0;
  for (const lode::Architecture& example : examples) {
    const lode::Graph graph = space_.Graph(example);
    nodes = std::max(nodes, graph.nodes.size());
    for (const auto& [place, edge] : PlacesOf(graph)) {
      places[graph.nodes[place[1]].group].insert(place);
    }
  }
  for (const auto& [group, of_group] : places) {
    Part& part = parts_.emplace_back();
    part.places.assign(of_group.begin(), of_group.end());
    FindEnds(nodes, part);
    Join(part);
  }
}

std::map<EdgeReading::Place, const lode::Graph::Edge*> EdgeReading::PlacesOf(
    const lode::Graph& graph) {
  std::map<Place, const lode::Graph::Edge*> places;
  for (const lode::Graph::Edge& edge : graph.edges) {
    Place place{edge.from, edge.to, 0};
    while (places.contains(place)) { ++place[2]; }
    places.emplace(place, &edge);
  }
  return places;
}

void EdgeReading::FindEnds(std::size_t nodes, Part& part) {
  for (std::size_t node = 0; node < nodes; ++node) {
    const auto at = [&](std::size_t end) {
      return std::ranges::any_of(part.places, [&](const Place& p) { return p[end] == node; });
    };
    if (at(0) && !at(1)) { part.inputs.push_back(node); }
    if (at(1) && !at(0)) { part.outputs.push_back(node); }
  }
}

// Numbers the nodes: inputs, places, outputs; and connects them.
void EdgeReading::Join(Part& part) {
  const std::vector<Place>& places = part.places;
  const std::size_t first = part.inputs.size(), end = first + places.size();
  for (std::size_t p = 0; p < places.size(); ++p) {
    for (std::size_t i = 0; i < part.inputs.size(); ++i) {
      if (places[p][0] == part.inputs[i]) { part.arcs.push_back(Arc(i, first + p)); }
    }
    for (std::size_t q = 0; q < places.size(); ++q) {
      if (places[p][1] == places[q][0]) { part.arcs.push_back(Arc(first + p, first + q)); }
    }
    for (std::size_t o = 0; o < part.outputs.size(); ++o) {
      if (places[p][1] == part.outputs[o]) { part.arcs.push_back(Arc(first + p, end + o)); }
    }
  }
}

std::vector<LabeledGraph> EdgeReading::Read(lode::ArchitectureView architecture) const {
  const lode::Graph graph = space_.Graph(architecture);
  const auto edges = PlacesOf(graph);
  const auto name_of = [&](std::size_t node) {
    return node < graph.nodes.size() ? Name(graph.nodes[node].label) : Name("none");
  };
  std::vector<LabeledGraph> graphs;
  for (const Part& part : parts_) {
    std::vector<std::string>& labels = graphs.emplace_back(LabeledGraph{{}, part.arcs}).labels;
    for (const std::size_t node : part.inputs) { labels.push_back(name_of(node)); }
    for (const Place& place : part.places) {
      const auto edge = edges.find(place);
      labels.push_back(Name(edge == edges.end() ? "none" : edge->second->label));
    }
    for (const std::size_t node : part.outputs) { labels.push_back(name_of(node)); }
  }
  return graphs;
}

NodeReading::NodeReading(const lode::Space& space, std::span<const lode::Architecture> examples)
    : space_(space) {
  std::set<std::string> groups;
  for (const lode::Architecture& example : examples) {
    for (const lode::Graph::Node& node : space_.Graph(example).nodes) { groups.insert(node.group); }
  }
  groups_.assign(groups.begin(), groups.end());
}

std::vector<LabeledGraph> NodeReading::Read(lode::ArchitectureView architecture) const {
  const lode::Graph graph = space_.Graph(architecture);
  std::vector<LabeledGraph> graphs;
  for (const std::string& group : groups_) { graphs.push_back(GroupGraph(graph, group).Graph()); }
  return graphs;
}

DecisionReading::DecisionReading(const lode::Space& space) : rows_(space) {
  for (const lode::Matrix& matrix : space.matrices()) {
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      row_groups_.push_back(matrix.name);
      for (const std::string& label : matrix.column_labels) { cell_labels_.push_back(label); }
    }
  }
}

std::vector<LabeledGraph> DecisionReading::Read(lode::ArchitectureView architecture) const {
  const lode::sampling::Choices choices = rows_.Read(architecture);
  LabeledGraph chain{{Name("input")}, {}};
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const lode::sampling::Row& row = rows_.list()[r];
    const bool chosen = choices[r] < row.columns;
    chain.labels.push_back(row_groups_[r] + '\n' +
                           (chosen ? cell_labels_[row.first + choices[r]] : ""));
  }
  chain.labels.push_back(Name("output"));
  for (std::size_t n = 1; n < chain.labels.size(); ++n) { chain.arcs.push_back(Arc(n - 1, n)); }
  return {std::move(chain)};
}

}  // namespace arch2vec
