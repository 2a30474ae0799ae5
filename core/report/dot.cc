#include "core/report/dot.h"

#include <algorithm>
#include <vector>

#include "core/plugin/text.h"
#include "core/report/groups.h"

namespace lode::core {
namespace {

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : PrintableLine(text)) {
    if (c == '"' || c == '\\') { quoted += '\\'; }
    quoted += c;
  }
  return quoted + "\"";
}

class DotWriter {
 public:
  DotWriter(const lode::Graph& graph, const OperationColors* colors)
      : graph_(graph),
        colors_(colors),
        nodes_act_(std::ranges::all_of(
            graph.edges, [](const lode::Graph::Edge& edge) { return edge.label.empty(); })) {}

  std::string Group(const NodeGroup& group, std::size_t number) const {
    const char* indent = group.name.empty() ? "  " : "    ";
    std::string nodes;
    for (const std::size_t node : group.nodes) {
      const std::string& label = graph_.nodes[node].label;
      const bool acts = nodes_act_ && !group.name.empty();
      nodes += indent + std::to_string(node) + " [label=" + Quoted(label) +
               (acts ? Color(PartsOf(label)[0]) : "") + "]\n";
    }
    if (group.name.empty()) { return nodes; }
    return "  subgraph cluster_" + std::to_string(number) + " {\n    label=" + Quoted(group.name) +
           "\n" + nodes + "  }\n";
  }

  std::string Edge(const lode::Graph::Edge& edge) const {
    const std::string ends = "  " + std::to_string(edge.from) + " -> " + std::to_string(edge.to);
    return edge.label.empty() ? ends + "\n"
                              : ends + " [label=" + Quoted(edge.label) + Color(edge.label) + "]\n";
  }

 private:
  std::string Color(const std::string& operation) const {
    if (colors_ == nullptr) { return ""; }
    const std::string color = Quoted(colors_->Of(operation).svg);
    return ", color=" + color + ", fontcolor=" + color;
  }

  const lode::Graph& graph_;
  const OperationColors* colors_;
  bool nodes_act_;
};

}  // namespace

std::string FormatDot(const lode::Graph& graph, const OperationColors* colors) {
  std::string text =
      "digraph {\n  rankdir=LR\n  fontname=\"sans-serif\"\n  node [shape=box, style=rounded, "
      "fontname=\"sans-serif\"]\n"
      "  edge [fontname=\"sans-serif\", fontsize=10]\n";
  const DotWriter writer(graph, colors);
  const std::vector<NodeGroup> groups = GroupsOf(graph);
  for (std::size_t i = 0; i < groups.size(); ++i) { text += writer.Group(groups[i], i); }
  for (const lode::Graph::Edge& edge : graph.edges) { text += writer.Edge(edge); }
  return text + "}\n";
}

}  // namespace lode::core
