#include "core/config/grid.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/config/values.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

constexpr std::size_t kMaxPoints = 10000;
constexpr std::string_view kZip = "zip";

// Returns why a key of [grid] cannot be a path, or "".
std::string WrongPath(const Entry& entry, const std::vector<std::string>& parts) {
  constexpr std::string_view kFixed[] = {"grid", "include", "plugins", "reference"};
  if (entry.node.As<Node::Table>() != nullptr) {
    return "'" + entry.key + "' is a table; write a path with dots as \"" + entry.key + ".NAME\"";
  }
  const auto* list = entry.node.As<Node::Array>();
  if (list == nullptr || list->empty()) {
    return "'" + entry.key + "' needs a list of values, at least one";
  }
  if (parts.empty()) { return "'" + entry.key + "' is not a path like \"oracle.dataset\""; }
  if (std::ranges::find(kFixed, parts[0]) != std::end(kFixed)) {
    return "[" + parts[0] + "] is the same at every point of a grid";
  }
  return "";
}

// Returns the words of an axis's values at one of its points.
template <class Paths>
std::string TextAt(const Paths& paths, std::size_t at) {
  std::string text;
  for (const auto& path : paths) { text += (text.empty() ? "" : " ") + PointText(path.values[at]); }
  return text;
}

// Returns the first text that two points of an axis share: texts must distinguish runs.
template <class Axis>
std::optional<std::string> Repeated(const Axis& axis) {
  std::set<std::string> seen;
  for (std::size_t at = 0; at < axis.size(); ++at) {
    std::string text = TextAt(axis.paths, at);
    if (!seen.insert(text).second) { return text; }
  }
  return std::nullopt;
}

bool IsListOfStrings(const Node& node) {
  const auto* list = node.As<Node::Array>();
  return list != nullptr && !list->empty() && std::ranges::all_of(*list, [](const Node& element) {
           return element.As<std::string>() != nullptr;
         });
}

// `zip = ["a", "b"]`, or a list of such lists.
std::vector<const Node*> ZipLists(const Node& zip) {
  std::vector<const Node*> lists;
  const auto* outer = zip.As<Node::Array>();
  if (outer != nullptr && !outer->empty() && outer->front().As<Node::Array>() != nullptr) {
    std::ranges::transform(*outer, std::back_inserter(lists),
                           [](const Node& list) { return &list; });
  } else {
    lists.push_back(&zip);
  }
  return lists;
}

}  // namespace

std::string PointText(const Node& node) {
  if (const auto* text = node.As<std::string>()) { return PrintableLine(*text); }
  if (!node.written.empty()) { return PrintableLine(node.written); }
  if (const auto* b = node.As<bool>()) { return FormatValue(*b); }
  if (const auto* i = node.As<std::int64_t>()) { return FormatValue(*i); }
  if (const auto* r = node.As<double>()) { return FormatValue(*r); }
  std::string joined;
  if (const auto* list = node.As<Node::Array>()) {
    for (const Node& element : *list) {
      joined += (joined.empty() ? "" : " ") + PointText(element);
    }
    return joined.empty() ? "none" : joined;
  }
  for (const Entry& entry : *node.As<Node::Table>()) {
    joined += (joined.empty() ? "" : " ") + PrintableLine(entry.key) + "=" + PointText(entry.node);
  }
  return "{" + joined + "}";
}

// Reads the table into axes: first single paths, then zipped ones.
class GridReader {
 public:
  GridReader(const Node& table, const std::vector<Override>& overrides, Diagnostics& diagnostics)
      : table_(table), overrides_(overrides), diagnostics_(diagnostics) {}

  std::vector<Grid::Axis> Read() {
    for (const Entry& entry : *table_.As<Node::Table>()) {
      if (entry.key != kZip) { AddPath(entry); }
    }
    if (const Node* zip = table_.Find(kZip)) {
      for (const Node* names : ZipLists(*zip)) { Zip(*names); }
    }
    for (Grid::Axis& axis : axes_) {
      axis.paths.size() == 1 ? Fix(axis) : FixZipped(axis);
      if (const auto repeated = Repeated(axis)) {
        diagnostics_.Add(axis.paths.front().position,
                         NamesOf(axis) + " has the value '" + *repeated + "' twice");
      }
    }
    return std::move(axes_);
  }

 private:
  void AddPath(const Entry& entry) {
    std::vector<std::string> parts = SplitPath(entry.key);
    if (const std::string wrong = WrongPath(entry, parts); !wrong.empty()) {
      diagnostics_.Add(entry.key_position, wrong);
      wrong_.push_back(entry.key);
    } else {
      const Node::Array& values = *entry.node.As<Node::Array>();
      axes_.push_back({{{entry.key, std::move(parts), entry.key_position, values}}});
    }
  }

  static std::string NamesOf(const Grid::Axis& axis) {
    std::string names;
    for (const Grid::Path& path : axis.paths) {
      names += (names.empty() ? "'" : ", '") + path.name + "'";
    }
    return names;
  }

  void Zip(const Node& names) {
    if (!IsListOfStrings(names) || names.As<Node::Array>()->size() < 2) {
      diagnostics_.Add(names.position,
                       "'zip' must be a list of paths of [grid], two or more, or a list of such "
                       "lists");
      return;
    }
    std::vector<std::string> group;
    for (const Node& name : *names.As<Node::Array>()) {
      if (IsToZip(name, group)) { group.push_back(*name.As<std::string>()); }
    }
    if (group.size() == names.As<Node::Array>()->size()) { Join(group); }
  }

  // Returns whether it is a path that is not zipped yet; reports a diagnostic if not.
  bool IsToZip(const Node& node, const std::vector<std::string>& group) {
    const std::string& name = *node.As<std::string>();
    std::vector<std::string> known;
    for (const Grid::Axis& axis : axes_) {
      const bool has = std::ranges::find(axis.paths, name, &Grid::Path::name) != axis.paths.end();
      if (has && (axis.paths.size() > 1 || std::ranges::find(group, name) != group.end())) {
        diagnostics_.Add(node.position, "'zip' has '" + name + "' twice");
        return false;
      }
      if (has) { return true; }
      known.push_back(axis.paths.front().name);
    }
    if (std::ranges::find(wrong_, name) == wrong_.end()) {
      diagnostics_.Add(node.position,
                       "[grid] has no values for '" + name + "'" + Suggest(name, known));
    }
    return false;
  }

  // Moves the others into the one that is first in the file.
  void Join(const std::vector<std::string>& group) {
    const auto is_member = [&](const Grid::Axis& axis) {
      return std::ranges::find(group, axis.paths.front().name) != group.end();
    };
    const auto first = std::ranges::find_if(axes_, is_member);
    for (auto axis = first + 1; axis != axes_.end(); ++axis) {
      if (is_member(*axis)) {
        CheckLength(*axis, *first);
        first->paths.push_back(axis->paths.front());
      }
    }
    axes_.erase(std::remove_if(first + 1, axes_.end(), is_member), axes_.end());
    std::size_t least = first->size();
    for (const Grid::Path& path : first->paths) { least = std::min(least, path.values.size()); }
    for (Grid::Path& path : first->paths) {  // lists of other lengths have been reported
      path.values.resize(least);
    }
  }

  void CheckLength(const Grid::Axis& axis, const Grid::Axis& first) {
    if (axis.size() != first.size()) {
      diagnostics_.Add(axis.paths.front().position,
                       NamesOf(axis) + " has " + std::to_string(axis.size()) + " values, and '" +
                           first.paths.front().name + "', which it is zipped with, has " +
                           std::to_string(first.size()));
    }
  }

  const Override* OverrideOf(const Grid::Path& path) const {
    const Override* found = nullptr;
    for (const Override& change : overrides_) {
      found = change.path == path.parts ? &change : found;
    }
    return found;
  }

  // The command line wins over the file.
  void Fix(Grid::Axis& axis) const {
    if (const Override* change = OverrideOf(axis.paths.front())) {
      axis.paths.front().values = {change->value};
    }
  }

  void FixZipped(Grid::Axis& axis) {
    if (std::ranges::all_of(axis.paths, [&](const auto& path) { return OverrideOf(path); })) {
      for (Grid::Path& path : axis.paths) { path.values = {OverrideOf(path)->value}; }
      return;
    }
    for (const Grid::Path& path : axis.paths) {
      if (const Override* change = OverrideOf(path)) { Keep(axis, path.name, *change); }
    }
  }

  // Keeps only the points of a zipped axis where the path has the override's value.
  void Keep(Grid::Axis& axis, const std::string& name, const Override& change) {
    const std::string wanted = PointText(change.value);
    const auto path = std::ranges::find(axis.paths, name, &Grid::Path::name);
    std::vector<std::string> texts;
    std::ranges::transform(path->values, std::back_inserter(texts), PointText);
    if (std::ranges::find(texts, wanted) == texts.end()) {
      diagnostics_.Add(change.value.position,
                       "'" + name + "' is zipped in [grid] with others, which have no value for '" +
                           wanted + "'" + Suggest(wanted, texts));
      return;
    }
    for (Grid::Path& each : axis.paths) {
      std::size_t at = 0;
      std::erase_if(each.values, [&](const Node&) { return texts[at++] != wanted; });
    }
  }

  const Node& table_;
  const std::vector<Override>& overrides_;
  Diagnostics& diagnostics_;
  std::vector<Grid::Axis> axes_;
  std::vector<std::string> wrong_;  // names that have been reported
};

Grid::Grid(const Node& merged, const std::vector<Override>& overrides, Diagnostics& diagnostics) {
  const Node* table = merged.Find("grid");
  if (table == nullptr) { return; }
  if (table->As<Node::Table>() == nullptr) {
    diagnostics.Add(table->position, "[grid] must be a table of paths and lists of values");
    return;
  }
  axes_ = GridReader(*table, overrides, diagnostics).Read();
  std::size_t points = 1;
  for (const Axis& axis : axes_) {
    points *= axis.size();
    if (points > kMaxPoints) {
      diagnostics.Add(table->position,
                      "the grid has more than " + std::to_string(kMaxPoints) + " points");
      axes_.clear();
      return;
    }
  }
}

std::vector<GridValue> Grid::Point() const {
  std::vector<GridValue> point;
  for (const Axis& axis : axes_) {
    for (const Path& path : axis.paths) {
      point.push_back({path.name, {path.parts, path.values[axis.at]}});
    }
  }
  return point;
}

bool Grid::Advance() {
  for (auto axis = axes_.rbegin(); axis != axes_.rend(); ++axis) {
    if (++axis->at < axis->size()) { return true; }
    axis->at = 0;
  }
  return false;
}

}  // namespace lode::core
