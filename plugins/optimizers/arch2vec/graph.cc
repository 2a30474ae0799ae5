#include "plugins/optimizers/arch2vec/graph.h"

#include <algorithm>
#include <set>

namespace arch2vec {
namespace {

std::string Name(const std::string& group, const std::string& label) {
  return group + '\n' + label.substr(0, label.find(','));
}

std::string NameOf(const lode::Graph::Node& node) { return Name(node.group, node.label); }

// Each pair of different nodes once, as the adjacency is symmetric.
std::vector<std::pair<std::uint32_t, std::uint32_t>> ArcsOf(const lode::Graph& graph) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> arcs;
  for (const lode::Graph::Edge& edge : graph.edges) {
    const auto [a, b] = std::minmax(edge.from, edge.to);
    if (a != b) { arcs.emplace(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)); }
  }
  return {arcs.begin(), arcs.end()};
}

}  // namespace

GraphReader::GraphReader(const lode::Space& space, std::span<const lode::Architecture> examples)
    : space_(space), rows_(space), has_graph_(space.HasGraph()) {
  for (const lode::Matrix& matrix : space.matrices()) {
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      row_groups_.push_back(matrix.name);
      for (const std::string& label : matrix.column_labels) { cell_labels_.push_back(label); }
    }
  }
  if (has_graph_) { FindPlaces(examples); }
  std::set<std::string> names;
  for (const lode::Architecture& example : examples) {
    Arcs arcs;
    for (std::string& name : LabelsOf(example, arcs)) { names.insert(std::move(name)); }
  }
  for (const std::string& name : names) {
    numbers_.emplace(name, static_cast<std::uint32_t>(numbers_.size()));
  }
}

std::map<GraphReader::Place, const lode::Graph::Edge*> GraphReader::PlacesOf(
    const lode::Graph& graph) {
  std::map<Place, const lode::Graph::Edge*> places;
  for (const lode::Graph::Edge& edge : graph.edges) {
    Place place{edge.from, edge.to, 0};
    while (places.contains(place)) { ++place[2]; }
    places.emplace(place, &edge);
  }
  return places;
}

void GraphReader::FindPlaces(std::span<const lode::Architecture> examples) {
  std::set<Place> places;
  lode::Graph largest;
  for (const lode::Architecture& example : examples) {
    lode::Graph graph = space_.Graph(example);
    for (const auto& [place, edge] : PlacesOf(graph)) {
      places.insert(place);
      on_edges_ = on_edges_ || !edge->label.empty();
    }
    if (graph.nodes.size() > largest.nodes.size()) { largest = std::move(graph); }
  }
  if (!on_edges_) { return; }
  places_.assign(places.begin(), places.end());
  JoinPlaces(largest);
}

// Numbers the nodes: inputs, places, outputs; and connects them.
void GraphReader::JoinPlaces(const lode::Graph& example) {
  for (std::size_t node = 0; node < example.nodes.size(); ++node) {
    const auto at = [&](std::size_t end) {
      return std::ranges::any_of(places_, [&](const Place& p) { return p[end] == node; });
    };
    if (at(0) && !at(1)) { inputs_.push_back(node); }
    if (at(1) && !at(0)) { outputs_.push_back(node); }
  }
  const auto number = [](std::size_t n) { return static_cast<std::uint32_t>(n); };
  for (std::size_t p = 0; p < places_.size(); ++p) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (places_[p][0] == inputs_[i]) {
        place_arcs_.emplace_back(number(i), number(inputs_.size() + p));
      }
    }
    for (std::size_t q = 0; q < places_.size(); ++q) {
      if (places_[p][1] == places_[q][0]) {
        place_arcs_.emplace_back(number(inputs_.size() + p), number(inputs_.size() + q));
      }
    }
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
      if (places_[p][1] == outputs_[o]) {
        place_arcs_.emplace_back(number(inputs_.size() + p),
                                 number(inputs_.size() + places_.size() + o));
      }
    }
  }
}

NodeGraph GraphReader::Read(lode::ArchitectureView architecture) const {
  NodeGraph graph;
  const auto unknown = static_cast<std::uint32_t>(operations());
  for (const std::string& name : LabelsOf(architecture, graph.arcs)) {
    const auto at = numbers_.find(name);
    graph.operations.push_back(at == numbers_.end() ? unknown : at->second);
  }
  return graph;
}

GraphReader::Labels GraphReader::LabelsOf(lode::ArchitectureView architecture, Arcs& arcs) const {
  if (!has_graph_) {
    Labels labels = DecisionLabels(architecture);
    for (std::uint32_t n = 1; n < labels.size(); ++n) { arcs.emplace_back(n - 1, n); }
    return labels;
  }
  const lode::Graph graph = space_.Graph(architecture);
  if (on_edges_) {
    arcs = place_arcs_;
    return PlaceLabels(graph);
  }
  arcs = ArcsOf(graph);
  Labels labels;
  for (const lode::Graph::Node& node : graph.nodes) { labels.push_back(NameOf(node)); }
  return labels;
}

GraphReader::Labels GraphReader::PlaceLabels(const lode::Graph& graph) const {
  const auto edges = PlacesOf(graph);
  const auto name_of = [&](std::size_t node) {
    return node < graph.nodes.size() ? NameOf(graph.nodes[node]) : Name("", "none");
  };
  Labels labels;
  for (const std::size_t node : inputs_) { labels.push_back(name_of(node)); }
  for (const Place& place : places_) {
    const std::string group = place[1] < graph.nodes.size() ? graph.nodes[place[1]].group : "";
    const auto edge = edges.find(place);
    labels.push_back(Name(group, edge == edges.end() ? "none" : edge->second->label));
  }
  for (const std::size_t node : outputs_) { labels.push_back(name_of(node)); }
  return labels;
}

GraphReader::Labels GraphReader::DecisionLabels(lode::ArchitectureView architecture) const {
  const lode::sampling::Choices choices = rows_.Read(architecture);
  Labels labels = {Name("", "input")};
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const lode::sampling::Row& row = rows_.list()[r];
    const bool chosen = choices[r] < row.columns;
    labels.push_back(row_groups_[r] + '\n' + (chosen ? cell_labels_[row.first + choices[r]] : ""));
  }
  labels.push_back(Name("", "output"));
  return labels;
}

}  // namespace arch2vec
