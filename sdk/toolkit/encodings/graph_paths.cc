#include "toolkit/encodings/graph_paths.h"

#include <algorithm>
#include <string_view>

namespace lode::encodings {
namespace {

constexpr std::uint64_t kIdentity = 0;
constexpr std::uint64_t kOutput = 1;  // tells an output from an operation of the same name

// FNV-1a, continued from `hash`.
std::uint64_t Hash(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u) {
  for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u; }
  return hash;
}

std::uint64_t Extend(std::uint64_t sequence, std::uint64_t operation) {
  if (operation == kIdentity) { return sequence; }
  std::uint64_t z = sequence * 0x9e3779b97f4a7c15u + operation;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  return z ^ (z >> 31);
}

std::string_view WithoutDetail(std::string_view label) { return label.substr(0, label.find(',')); }

// Of a node or an operation.
std::uint64_t Key(std::string_view group, std::string_view label) {
  return Hash(WithoutDetail(label), Hash("\x1f", Hash(group)));
}

bool IsCut(std::string_view label) { return label == "none" || label == "zero"; }

std::uint64_t OperationOf(std::string_view group, std::string_view label) {
  const std::string_view name = WithoutDetail(label);
  if (name.empty() || name == "skip" || name == "skip_connect" || name == "identity") {
    return kIdentity;
  }
  return Key(group, name);
}

// One graph while its paths are counted.
class Walk {
 public:
  Walk(const lode::Graph& graph, bool operations_on_edges)
      : graph_(graph), on_edges_(operations_on_edges), nodes_(graph.nodes.size()) {
    for (const lode::Graph::Edge& edge : graph.edges) {
      if (!IsCut(edge.label)) { edges_.push_back(&edge); }
    }
  }

  struct Node {
    std::uint64_t key = 0;
    bool reached = false;  // from an input
    bool useful = false;   // leads to an output
    std::vector<std::uint64_t> sequences;
    double paths = 0;
    std::size_t longest = 0;
  };
  std::vector<Node>& nodes() { return nodes_; }

  // Puts the edges into an order in which each comes after those to its source; false if there is
  // none.
  bool SortEdges() {
    std::vector<std::size_t> waiting(nodes_.size(), 0), ready;
    for (const auto* edge : edges_) { ++waiting[edge->to]; }
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (waiting[n] == 0) { ready.push_back(n); }
    }
    std::vector<const lode::Graph::Edge*> sorted;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      for (const auto* edge : edges_) {
        if (edge->from != ready[i]) { continue; }
        sorted.push_back(edge);
        if (--waiting[edge->to] == 0) { ready.push_back(edge->to); }
      }
    }
    edges_ = std::move(sorted);
    return ready.size() == nodes_.size();
  }

  void Forward(std::size_t most_paths) {
    for (const auto* edge : edges_) {
      const Node& from = nodes_[edge->from];
      Node& to = nodes_[edge->to];
      if (!from.reached) { continue; }
      const std::uint64_t operation = OperationOn(*edge);
      to.reached = true;
      to.paths += from.paths;
      to.longest = std::max(to.longest, from.longest + (operation != kIdentity));
      if (to.paths > static_cast<double>(most_paths)) { continue; }
      for (const std::uint64_t s : from.sequences) { to.sequences.push_back(Extend(s, operation)); }
    }
  }

  void Backward() {
    for (auto edge = edges_.rbegin(); edge != edges_.rend(); ++edge) {
      if (nodes_[(*edge)->to].useful) { nodes_[(*edge)->from].useful = true; }
    }
  }

  // Of edges, or of nodes with an edge to them.
  void CountOperations(std::vector<std::uint64_t>& out) const {
    std::vector<bool> counted(nodes_.size(), false);
    for (const auto* edge : edges_) {
      if (!nodes_[edge->from].reached || !nodes_[edge->to].useful) { continue; }
      if (!on_edges_ && counted[edge->to]) { continue; }
      counted[edge->to] = true;
      const std::string& label = on_edges_ ? edge->label : graph_.nodes[edge->to].label;
      const std::string& group = graph_.nodes[edge->to].group;
      if (!label.empty()) { out.push_back(Key(group, label)); }
    }
  }

 private:
  std::uint64_t OperationOn(const lode::Graph::Edge& edge) const {
    const lode::Graph::Node& to = graph_.nodes[edge.to];
    return OperationOf(to.group, on_edges_ ? edge.label : to.label);
  }

  const lode::Graph& graph_;
  const bool on_edges_;
  std::vector<Node> nodes_;
  std::vector<const lode::Graph::Edge*> edges_;
};

}  // namespace

GraphReader::GraphReader(std::span<const lode::Graph> examples) {
  std::unordered_set<std::uint64_t> sources, targets;
  for (const lode::Graph& graph : examples) {
    const auto key = [&](std::size_t n) { return Key(graph.nodes[n].group, graph.nodes[n].label); };
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      inputs_.insert(key(n));
      outputs_.insert(key(n));
    }
    for (const lode::Graph::Edge& edge : graph.edges) {
      sources.insert(key(edge.from));
      targets.insert(key(edge.to));
      operations_on_edges_ = operations_on_edges_ || !edge.label.empty();
    }
  }
  for (const std::uint64_t node : sources) { outputs_.erase(node); }
  for (const std::uint64_t node : targets) { inputs_.erase(node); }
}

GraphCounts GraphReader::Read(const lode::Graph& graph) const {
  Walk walk(graph, operations_on_edges_);
  GraphCounts counts;
  if (!walk.SortEdges()) { return counts; }
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    Walk::Node& node = walk.nodes()[n];
    node.key = Key(graph.nodes[n].group, graph.nodes[n].label);
    node.reached = inputs_.contains(node.key);
    node.useful = outputs_.contains(node.key);
    if (node.reached) { node.sequences = {1}, node.paths = 1; }
  }
  walk.Forward(kMostPaths);
  walk.Backward();
  walk.CountOperations(counts.operations);
  for (const Walk::Node& node : walk.nodes()) {
    if (!outputs_.contains(node.key) || inputs_.contains(node.key)) { continue; }
    counts.outputs.push_back({Extend(kOutput, node.key), node.longest, node.paths});
    counts.paths.insert(counts.paths.end(), node.sequences.begin(), node.sequences.end());
  }
  return counts;
}

}  // namespace lode::encodings
