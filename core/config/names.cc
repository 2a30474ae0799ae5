#include "core/config/names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/layers.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

std::optional<lode_kind> KindNamed(std::string_view name) {
  constexpr std::array<lode_kind, 4> kAll = {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION,
                                             LODE_OPTIMIZER};
  const auto found = std::ranges::find(kAll, name, KindName);
  return found != kAll.end() ? std::optional(*found) : std::nullopt;
}

// Returns "a.\"b.c\"", the reverse of SplitPath.
std::string JoinPath(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& part : path) {
    const bool plain = part.find('.') == std::string::npos;
    text.append(text.empty() ? "" : ".").append(plain ? part : '"' + part + '"');
  }
  return text;
}

// Renames in trees with the form of a pipeline or a part of one.
class Renamer {
 public:
  Renamer(const Catalog& catalog, Diagnostics& diagnostics)
      : catalog_(catalog), diagnostics_(diagnostics) {}

  void RenamePipeline(Node& node) {
    for (Entry& entry : TableOf(node)) {
      if (const std::optional<lode_kind> kind = KindNamed(entry.key)) {
        RenameComponents(*kind, entry.node);
      } else if (entry.key == "budget") {
        RenameTrials(entry.node);
      } else if (entry.key == "stage") {
        ForEachStage(entry.node);
      } else if (entry.key == "grid") {
        RenameAxes(entry.node);
      } else if (entry.key == "reference") {
        ForEachReference(entry.node);
      }
    }
  }

  Override Renamed(const Override& change) {
    Node tree = Nest(change.path, change.value);
    RenamePipeline(tree);
    return Unnest(std::move(tree), change.path.size());
  }

 private:
  static Node::Table& TableOf(Node& node) {
    static Node::Table none;
    auto* table = node.As<Node::Table>();
    return table != nullptr ? *table : none;
  }

  static Override Unnest(Node tree, std::size_t depth) {
    Override change;
    for (; depth > 0; --depth) {
      Entry only = std::move(tree.As<Node::Table>()->front());
      change.path.push_back(std::move(only.key));
      tree = std::move(only.node);
    }
    change.value = std::move(tree);
    return change;
  }

  // Calls a function for the elements of a list, or for the tables of a path by index or name.
  template <class Function>
  static void ForEachElement(Node& node, Function&& function) {
    if (auto* list = node.As<Node::Array>()) { std::ranges::for_each(*list, function); }
    for (Entry& entry : TableOf(node)) { function(entry.node); }
  }

  void ForEachStage(Node& node) {
    ForEachElement(node, [this](Node& stage) { RenamePipeline(stage); });
  }

  void ForEachReference(Node& node) {
    ForEachElement(node, [this](Node& reference) {
      if (Node* where = reference.Find("where")) { RenameAxes(*where); }
    });
  }

  void RenameComponents(lode_kind kind, Node& node) {
    if (auto* list = node.As<Node::Array>()) {
      std::ranges::for_each(*list, [&](Node& element) { RenameComponents(kind, element); });
    }
    for (Entry& entry : TableOf(node)) {
      const bool is_index = entry.key.find_first_not_of("0123456789") == std::string::npos;
      if (auto* id = entry.node.As<std::string>(); id != nullptr && entry.key == "use") {
        *id = KnownId(kind, *id);
      } else if (entry.node.As<Node::Table>() != nullptr && is_index) {
        RenameComponents(kind, entry.node);
      } else if (entry.node.As<Node::Table>() != nullptr) {
        RenameAlternative(kind, "", entry);
      }
    }
  }

  // Renames a table named after a component; for a name with dots, tables in tables.
  void RenameAlternative(lode_kind kind, const std::string& before, Entry& entry) {
    const std::string known = KnownBeginning(kind, before + entry.key);
    entry.key = known.substr(before.size());
    for (Entry& inner : TableOf(entry.node)) {
      if (inner.node.As<Node::Table>() != nullptr) { RenameAlternative(kind, known + ".", inner); }
    }
  }

  std::string KnownId(lode_kind kind, const std::string& id) const {
    const std::string known = MeantName(id, catalog_.Ids(kind));
    return known.empty() ? id : known;
  }

  // Returns the text spelled as the beginning of a known ID, up to a dot or its end.
  std::string KnownBeginning(lode_kind kind, const std::string& text) const {
    std::set<std::string> beginnings;
    for (const std::string& id : catalog_.Ids(kind)) {
      if (id.size() == text.size() || (id.size() > text.size() && id[text.size()] == '.')) {
        beginnings.insert(id.substr(0, text.size()));
      }
    }
    const std::string known = MeantName(text, {beginnings.begin(), beginnings.end()});
    return known.empty() ? text : known;
  }

  // Renames paths and their values. A value may be a list of values.
  void RenameAxes(Node& node) {
    for (Entry& axis : TableOf(node)) {
      const std::vector<std::string> path = SplitPath(axis.key);
      if (axis.key == "zip") {
        RenamePaths(axis.node);
      } else if (path.empty()) {
        continue;
      } else if (auto* values = axis.node.As<Node::Array>()) {
        for (Node& value : *values) { value = Renamed({path, std::move(value)}).value; }
      } else {
        axis.node = Renamed({path, std::move(axis.node)}).value;
      }
      axis.key = KnownPath(axis.key);
    }
  }

  // Renames the paths in `zip`, in a list or in lists of lists.
  void RenamePaths(Node& node) {
    if (auto* path = node.As<std::string>()) {
      *path = KnownPath(*path);
    } else if (auto* list = node.As<Node::Array>()) {
      std::ranges::for_each(*list, [this](Node& element) { RenamePaths(element); });
    }
  }

  std::string KnownPath(const std::string& text) {
    const std::vector<std::string> path = SplitPath(text);
    const std::vector<std::string> known = path.empty() ? path : Renamed({path, Node()}).path;
    return known == path ? text : JoinPath(known);
  }

  void RenameTrials(Node& budget) {
    Node::Table& entries = TableOf(budget);
    const auto trials = std::ranges::find(entries, "trials", &Entry::key);
    if (trials == entries.end()) { return; }
    if (budget.Find("steps") != nullptr) {
      diagnostics_.Add(trials->key_position, "'trials' is another word for 'steps': give one");
      entries.erase(trials);
    } else {
      trials->key = "steps";
    }
  }

  const Catalog& catalog_;
  Diagnostics& diagnostics_;
};

}  // namespace

Document WithKnownNames(const Document& document, const Catalog& catalog,
                        Diagnostics& diagnostics) {
  Renamer renamer(catalog, diagnostics);
  std::vector<Node> layers = document.layers();
  std::ranges::for_each(layers, [&](Node& layer) { renamer.RenamePipeline(layer); });
  std::vector<Override> overrides;
  for (const Override& change : document.overrides()) {
    overrides.push_back(renamer.Renamed(change));
  }
  return document.With(std::move(layers), std::move(overrides));
}

}  // namespace lode::core
