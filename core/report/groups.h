// The groups of a graph, for drawing it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

struct NodeGroup {
  std::string name;                // "" for nodes that are not in a box
  std::vector<std::size_t> nodes;  // positions in the graph
};

// Returns the groups in the order of their first nodes.
inline std::vector<NodeGroup> GroupsOf(const lode::Graph& graph) {
  std::vector<NodeGroup> groups;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const std::string& name = graph.nodes[n].group;
    auto at = std::ranges::find(groups, name, &NodeGroup::name);
    if (at == groups.end()) { at = groups.insert(groups.end(), {name, {}}); }
    at->nodes.push_back(n);
  }
  return groups;
}

// Returns whether an edge leads from one group to another.
inline bool HasEdgesBetweenGroups(const lode::Graph& graph) {
  return std::ranges::any_of(graph.edges, [&](const lode::Graph::Edge& edge) {
    return graph.nodes[edge.from].group != graph.nodes[edge.to].group;
  });
}

// Returns the parts between the commas of a label: first the operation, then details.
inline std::vector<std::string> PartsOf(std::string_view label) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = std::min(label.find(", "), label.size());
    parts.emplace_back(label.substr(0, comma));
    if (comma == label.size()) { return parts; }
    label.remove_prefix(comma + 2);
  }
}

}  // namespace lode::core
