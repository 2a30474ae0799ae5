#include <algorithm>
#include <iterator>

#include "core/report/columns.h"
#include "core/report/groups.h"
#include "core/report/picture.h"

namespace lode::core {
namespace {

std::string Padded(const std::string& text, std::size_t columns) {
  const std::size_t own = ColumnsOf(text);
  return text + std::string(columns > own ? columns - own : 0, ' ');
}

class Drawer {
 public:
  Drawer(const lode::Graph& graph, const OperationColors& colors, std::size_t width, bool colored)
      : graph_(graph), colors_(colors), width_(width), colored_(colored) {}

  std::string Draw() const {
    const std::vector<NodeGroup> groups = GroupsOf(graph_);
    if (HasEdgesBetweenGroups(graph_)) {
      return FitsColumns(groups) ? DrawColumns(groups) : DrawList(groups);
    }
    std::string text;
    for (const NodeGroup& group : groups) {
      text += (text.empty() ? "" : "\n") + group.name + (group.name.empty() ? "" : "\n");
      for (const std::size_t node : group.nodes) { text += DrawInputs(node); }
    }
    return text;
  }

 private:
  std::string Colored(const std::string& text, std::string_view operation) const {
    if (!colored_ || operation.empty()) { return text; }
    return "\033[38;5;" + std::to_string(colors_.Of(operation).terminal) + "m" + text + "\033[0m";
  }

  std::size_t Widest(bool labels) const {
    std::size_t widest = 0;
    for (const lode::Graph::Edge& edge : graph_.edges) {
      if (!edge.label.empty()) {
        widest = std::max(widest, ColumnsOf(labels ? edge.label : graph_.nodes[edge.from].label));
      }
    }
    return widest;
  }

  // Draws all edges into a node, which they reach from above.
  std::string DrawInputs(std::size_t node) const {
    std::vector<lode::Graph::Edge> inputs;
    std::string plain;
    for (const lode::Graph::Edge& edge : graph_.edges) {
      if (edge.to != node) { continue; }
      if (edge.label.empty()) {
        plain += (plain.empty() ? "" : ", ") + graph_.nodes[edge.from].label;
      } else {
        inputs.push_back(edge);
      }
    }
    std::string text;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      text += DrawInput(inputs[i], i == 0, i + 1 == inputs.size());
    }
    return text + (plain.empty() ? "" : "  " + plain + " ─▶ " + graph_.nodes[node].label + "\n");
  }

  std::string DrawInput(const lode::Graph::Edge& edge, bool first, bool last) const {
    const std::string joint = first && last ? "───▶ " : first ? "─┐" : last ? "─┴─▶ " : "─┤";
    return "  " + Padded(graph_.nodes[edge.from].label, Widest(false)) + " ─ " +
           Colored(Padded(edge.label, Widest(true)), edge.label) + " " + joint +
           (last ? graph_.nodes[edge.to].label : "") + "\n";
  }

  std::size_t ColumnWidth(const NodeGroup& group) const {
    std::size_t width = ColumnsOf(group.name);
    for (const std::size_t node : group.nodes) {
      for (const std::string& part : PartsOf(graph_.nodes[node].label)) {
        width = std::max(width, ColumnsOf(part));
      }
    }
    return width;
  }

  bool FitsColumns(const std::vector<NodeGroup>& groups) const {
    std::size_t width = 0;
    for (const NodeGroup& group : groups) {
      width += group.name.empty() ? 0 : ColumnWidth(group) + kGap;
    }
    return width <= width_ + kGap;
  }

  // Nodes without a group are above and below the columns, in the order of the graph.
  std::string DrawColumns(const std::vector<NodeGroup>& groups) const {
    std::vector<NodeGroup> columns;
    std::ranges::copy_if(groups, std::back_inserter(columns),
                         [](const NodeGroup& group) { return !group.name.empty(); });
    const std::size_t first = columns.front().nodes.front();
    std::string text = DrawUngrouped(0, first);
    std::size_t rows = 0;
    std::string header;
    for (const NodeGroup& column : columns) {
      header += Padded(column.name, ColumnWidth(column) + kGap);
      rows = std::max(rows, column.nodes.size());
    }
    text += WithoutEnd(header);
    for (std::size_t row = 0; row < rows; ++row) { text += DrawRow(columns, row); }
    return text + DrawUngrouped(first, graph_.nodes.size());
  }

  std::string DrawUngrouped(std::size_t begin, std::size_t end) const {
    std::string text;
    for (std::size_t n = begin; n < end; ++n) {
      text += graph_.nodes[n].group.empty() ? graph_.nodes[n].label + "\n" : "";
    }
    return text;
  }

  // Draws a node of each column, with a line for each part of the labels.
  std::string DrawRow(const std::vector<NodeGroup>& columns, std::size_t row) const {
    std::string text;
    for (std::size_t line = 0, lines = 1; line < lines; ++line) {
      std::string whole;
      for (const NodeGroup& column : columns) {
        const std::vector<std::string> parts = row < column.nodes.size()
                                                   ? PartsOf(graph_.nodes[column.nodes[row]].label)
                                                   : std::vector<std::string>{""};
        lines = std::max(lines, parts.size());
        const std::string part = line < parts.size() ? parts[line] : "";
        whole += Colored(Padded(part, ColumnWidth(column)), line == 0 ? parts[0] : "") +
                 std::string(kGap, ' ');
      }
      text += WithoutEnd(whole);
    }
    return text + "\n";
  }

  std::string DrawList(const std::vector<NodeGroup>& groups) const {
    std::string text;
    for (const NodeGroup& group : groups) {
      text += group.name + (group.name.empty() ? "" : "\n");
      for (const std::size_t node : group.nodes) {
        const std::string& label = graph_.nodes[node].label;
        text += (group.name.empty() ? "" : "  ") +
                (group.name.empty() ? label : Colored(label, PartsOf(label)[0])) + "\n";
      }
    }
    return text;
  }

  // Replaces the spaces at the end by a newline.
  static std::string WithoutEnd(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }

  static constexpr std::size_t kGap = 2;  // columns between columns
  const lode::Graph& graph_;
  const OperationColors& colors_;
  std::size_t width_;
  bool colored_;
};

}  // namespace

std::string FormatTerminalPicture(const lode::Graph& graph, const OperationColors& colors,
                                  std::size_t width, bool colored) {
  return Drawer(graph, colors, width, colored).Draw();
}

}  // namespace lode::core
