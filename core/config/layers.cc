#include "core/config/layers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "core/config/stages.h"

namespace lode::core {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"space", "oracle", "exploration", "optimizer"};

bool IsKind(std::string_view key) { return std::ranges::find(kKinds, key) != kKinds.end(); }

std::string UseOf(const Node& component) {
  const Node* use = component.Find("use");
  const auto* id = use != nullptr ? use->As<std::string>() : nullptr;
  return id != nullptr ? *id : "";
}

Node TableLike(const Node& like) {
  Node table = like;
  table.value = Node::Table();
  return table;
}

// Returns the sub-table of a component, and creates it if needed.
Node& SubTable(Node& component, const std::string& id, const Entry& like) {
  if (Node* found = component.Find(id)) { return *found; }
  auto& table = *component.As<Node::Table>();
  table.push_back({id, like.key_position, TableLike(like.node)});
  return table.back().node;
}

// A layer may write a parameter beside `use` or in the sub-table, but not in both.
void AddParameter(const Entry& param, const std::string& id, const Entry& like, Node& out,
                  Diagnostics& diagnostics) {
  Node& table = SubTable(out, id, like);
  if (table.Find(param.key) != nullptr) {
    diagnostics.Add(param.key_position,
                    "'" + param.key + "' of '" + id +
                        "' is given twice: beside `use` and in a table of that name");
    return;
  }
  table.As<Node::Table>()->push_back(param);
}

// Adds sub-tables by ID: [oracle."nb201.table"] and [oracle.nb201.table] are the same. A parameter
// is never a table, so tables within tables are parts of an ID.
void AddAlternatives(const Entry& entry, const std::string& id, Node& out,
                     Diagnostics& diagnostics) {
  const auto& table = *entry.node.As<Node::Table>();
  const bool only_tables = !table.empty() && std::ranges::all_of(table, [](const Entry& e) {
    return e.node.As<Node::Table>() != nullptr;
  });
  for (const Entry& inner : table) {
    if (inner.node.As<Node::Table>() != nullptr) {
      AddAlternatives(inner, id + "." + inner.key, out, diagnostics);
    } else {
      AddParameter(inner, id, entry, out, diagnostics);
    }
  }
  if (!only_tables) { SubTable(out, id, entry); }
}

// Converts a component table to its merged form. `inherited` is the component in use below this
// layer.
Node Normalize(const Node& written, const std::string& inherited, Diagnostics& diagnostics) {
  const auto* table = written.As<Node::Table>();
  if (table == nullptr) {
    diagnostics.Add(written.position,
                    "expected a table with `use`, got " + std::string(written.TypeText()));
    return TableLike(written);
  }
  Node out = TableLike(written);
  const std::string own = UseOf(written);
  const std::string& id = own.empty() ? inherited : own;
  for (const Entry& entry : *table) {
    if (entry.key == "use") {
      out.As<Node::Table>()->push_back(entry);
    } else if (entry.node.As<Node::Table>() != nullptr) {
      AddAlternatives(entry, entry.key, out, diagnostics);
    } else if (id.empty()) {
      diagnostics.Add(entry.key_position,
                      "'" + entry.key + "' belongs to no component: say which one with `use`");
    } else {
      AddParameter(entry, id, entry, out, diagnostics);
    }
  }
  return out;
}

Node NormalizeList(const Node& written, Diagnostics& diagnostics) {
  Node out = written;
  Node::Array list;
  for (const Node& element : *written.As<Node::Array>()) {
    list.push_back(Normalize(element, "", diagnostics));
  }
  out.value = std::move(list);
  return out;
}

// An [exploration] written as one table is a list with one element.
Node ListOfOne(Node node) {
  Node out = node;
  out.value = Node::Array{std::move(node)};
  return out;
}

// Returns the node that a table over `below` changes: `below` itself, or the only element of a
// list; nullptr if there is none.
Node* Changed(Node* below) {
  auto* list = below != nullptr ? below->As<Node::Array>() : nullptr;
  if (list == nullptr) { return below; }
  return list->empty() ? nullptr : &list->front();
}

void Place(Node& merged, const Entry& entry, Node node) {
  if (Node* below = merged.Find(entry.key)) {
    *below = std::move(node);
  } else {
    merged.As<Node::Table>()->push_back({entry.key, entry.key_position, std::move(node)});
  }
}

bool IsIndex(const std::string& part) {
  return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
}

// Returns whether the table changes elements of a list: [oracle.1].
bool HasIndices(const Node& node) {
  const auto* table = node.As<Node::Table>();
  return table != nullptr && !table->empty() &&
         std::ranges::all_of(*table, [](const Entry& e) { return IsIndex(e.key); });
}

// Returns the element of a list with this index; nullptr, with a diagnostic, if there is none.
Node* ElementOf(std::span<Node> elements, const std::string& index, const Position& position,
                Diagnostics& diagnostics) {
  std::size_t at = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), at);
  if (end != index.data() + index.size()) {
    diagnostics.Add(position, "expected the number of a list's element instead of '" + index + "'");
    return nullptr;
  }
  if (error != std::errc() || at >= elements.size()) {
    diagnostics.Add(position, "there is no element " + index + ": the list has " +
                                  std::to_string(elements.size()));
    return nullptr;
  }
  return &elements[at];
}

// Merges a table into a tree; a table of numbers changes elements of a list.
void MergeOver(Node& below, const Node& over, Diagnostics& diagnostics) {
  const auto* table = over.As<Node::Table>();
  const bool elements = below.As<Node::Array>() != nullptr && HasIndices(over);
  if (!elements && (table == nullptr || below.As<Node::Table>() == nullptr)) {
    below = over;
    return;
  }
  for (const Entry& entry : *table) {
    Node* same =
        elements ? ElementOf(*below.As<Node::Array>(), entry.key, entry.key_position, diagnostics)
                 : below.Find(entry.key);
    if (same != nullptr) {
      MergeOver(*same, entry.node, diagnostics);
    } else if (!elements) {
      below.As<Node::Table>()->push_back(entry);
    }
  }
}

// [oracle.1] changes the second [[oracle]] of the layers below; [oracle.0] also changes a single
// one.
void MergeElements(Node& merged, const Entry& entry, Diagnostics& diagnostics) {
  Node* below = merged.Find(entry.key);
  if (below == nullptr) {
    diagnostics.Add(entry.node.position, "there is no [" + entry.key +
                                             "] to change: a table of numbers changes elements of "
                                             "an included file");
    return;
  }
  auto* list = below->As<Node::Array>();
  const std::span<Node> elements = list != nullptr ? std::span(*list) : std::span(below, 1);
  for (const Entry& change : *entry.node.As<Node::Table>()) {
    if (Node* element = ElementOf(elements, change.key, change.key_position, diagnostics)) {
      Merge(*element, Normalize(change.node, UseOf(*element), diagnostics));
    }
  }
}

void MergeComponent(Node& merged, const Entry& entry, Diagnostics& diagnostics) {
  if (entry.node.As<Node::Array>() != nullptr) {
    Place(merged, entry, NormalizeList(entry.node, diagnostics));
    return;
  }
  if (HasIndices(entry.node)) {
    MergeElements(merged, entry, diagnostics);
    return;
  }
  Node* below = merged.Find(entry.key);
  const auto* list = below != nullptr ? below->As<Node::Array>() : nullptr;
  if (list != nullptr && list->size() > 1) {
    const std::string how = entry.key_position.line > 0 ? "[" + entry.key + ".0]"
                                                        : "--set " + entry.key + ".0.NAME=VALUE";
    diagnostics.Add(entry.key_position, "there are " + std::to_string(list->size()) + " [[" +
                                            entry.key + "]]: change one with " + how +
                                            ", or give the whole list");
    return;
  }
  Node* changed = Changed(below);
  Node node = Normalize(entry.node, changed != nullptr ? UseOf(*changed) : "", diagnostics);
  if (changed != nullptr) {
    Merge(*changed, node);
  } else {
    Place(merged, entry, entry.key == "exploration" ? ListOfOne(std::move(node)) : std::move(node));
  }
}

// Replaces the node at `path` with `value`; creates the tables on the way.
void Assign(Node& node, std::span<const std::string> path, const Node& value,
            Diagnostics& diagnostics) {
  if (path.empty()) {
    node = value;
  } else if (node.As<Node::Array>() != nullptr) {
    if (Node* element = ElementOf(*node.As<Node::Array>(), path[0], value.position, diagnostics)) {
      Assign(*element, path.subspan(1), value, diagnostics);
    }
  } else if (Node* inner = node.Find(path[0])) {
    Assign(*inner, path.subspan(1), value, diagnostics);
  } else {
    Merge(node, Nest(path, value));
  }
}

void Apply(Node& merged, const Override& change, Diagnostics& diagnostics) {
  const std::span<const std::string> path = change.path;
  const Node& value = change.value;
  if (!IsKind(path[0])) {
    Assign(merged, path, value, diagnostics);
    return;
  }
  MergeEntry(merged, {path[0], value.position, Nest(path.subspan(1), value)}, diagnostics);
}

}  // namespace

Node Nest(std::span<const std::string> path, const Node& value) {
  Node node = value;
  for (std::size_t i = path.size(); i > 0; --i) {
    Node table = TableLike(value);
    table.As<Node::Table>()->push_back({path[i - 1], value.position, std::move(node)});
    node = std::move(table);
  }
  return node;
}

void MergeEntry(Node& merged, const Entry& entry, Diagnostics& diagnostics) {
  if (IsKind(entry.key)) {
    MergeComponent(merged, entry, diagnostics);
  } else if (entry.key == "stage") {
    MergeStages(merged, entry, diagnostics);
  } else if (Node* below = merged.Find(entry.key)) {
    MergeOver(*below, entry.node, diagnostics);
  } else {
    merged.As<Node::Table>()->push_back(entry);
  }
}

Node MergeLayers(const Document& document, Diagnostics& diagnostics) {
  Node merged;
  merged.position = {document.name(), 0, 0};
  merged.value = Node::Table();
  for (const Node& layer : document.layers()) {
    for (const Entry& entry : *layer.As<Node::Table>()) { MergeEntry(merged, entry, diagnostics); }
  }
  return merged;
}

void ApplyOverrides(Node& merged, std::vector<Override> overrides, Diagnostics& diagnostics) {
  const auto is_whole = [](const Override& o) { return o.path.size() == 1; };
  const auto sets_use = [](const Override& o) { return o.path.back() == "use"; };
  for (auto first = overrides.begin(); first != overrides.end();) {
    const auto last = std::find_if(first, overrides.end(), is_whole);
    std::stable_partition(first, last, sets_use);
    first = last == overrides.end() ? last : last + 1;
  }
  for (const Override& change : overrides) { Apply(merged, change, diagnostics); }
}

}  // namespace lode::core
