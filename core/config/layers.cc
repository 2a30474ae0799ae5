#include "core/config/layers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

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

// The sub-table of a component, made if it is not there.
Node& SubTable(Node& component, const std::string& id, const Entry& like) {
  if (Node* found = component.Find(id)) {
    return *found;
  }
  auto& table = *component.As<Node::Table>();
  table.push_back({id, like.key_position, TableLike(like.node)});
  return table.back().node;
}

// Sub-tables by id: [oracle."nb201.table"] and [oracle.nb201.table] are the same. A parameter is
// never a table, so tables within tables are parts of an id.
void AddAlternatives(const Entry& entry, const std::string& id, Node& out) {
  const auto& table = *entry.node.As<Node::Table>();
  const bool only_tables = !table.empty() && std::ranges::all_of(table, [](const Entry& e) {
    return e.node.As<Node::Table>() != nullptr;
  });
  for (const Entry& inner : table) {
    if (inner.node.As<Node::Table>() != nullptr) {
      AddAlternatives(inner, id + "." + inner.key, out);
    } else {
      SubTable(out, id, entry).As<Node::Table>()->push_back(inner);
    }
  }
  if (!only_tables) {
    SubTable(out, id, entry);
  }
}

// Brings a component table into its merged form. `inherited`: the component in use below this
// layer.
Node Normalise(const Node& written, const std::string& inherited, Diagnostics& diagnostics) {
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
      AddAlternatives(entry, entry.key, out);
    } else if (id.empty()) {
      diagnostics.Add(entry.key_position,
                      "'" + entry.key + "' belongs to no component: say which one with `use`");
    } else {
      SubTable(out, id, entry).As<Node::Table>()->push_back(entry);
    }
  }
  return out;
}

Node NormaliseList(const Node& written, Diagnostics& diagnostics) {
  Node out = written;
  Node::Array list;
  for (const Node& element : *written.As<Node::Array>()) {
    list.push_back(Normalise(element, "", diagnostics));
  }
  out.value = std::move(list);
  return out;
}

// [exploration] written as one table is a list of one.
Node ListOfOne(Node node) {
  Node out = node;
  out.value = Node::Array{std::move(node)};
  return out;
}

void MergeComponent(Node& merged, const Entry& entry, Diagnostics& diagnostics) {
  Node* below = merged.Find(entry.key);
  const bool list = entry.node.As<Node::Array>() != nullptr;
  if (below != nullptr && below->As<Node::Array>() != nullptr && !list) {
    diagnostics.Add(
        entry.key_position,
        "[" + entry.key +
            "] is a list where it was first given: change one of its elements with --set " +
            entry.key + ".0.NAME=VALUE, or give the whole list");
    return;
  }
  Node node = list ? NormaliseList(entry.node, diagnostics)
                   : Normalise(entry.node, below != nullptr ? UseOf(*below) : "", diagnostics);
  if (entry.key == "exploration" && !list) {
    node = ListOfOne(std::move(node));
  }
  if (below == nullptr) {
    merged.As<Node::Table>()->push_back({entry.key, entry.key_position, std::move(node)});
  } else {
    Merge(*below, node);
  }
}

void MergeEntry(Node& merged, const Entry& entry, Diagnostics& diagnostics) {
  if (IsKind(entry.key)) {
    MergeComponent(merged, entry, diagnostics);
  } else if (Node* below = merged.Find(entry.key)) {
    Merge(*below, entry.node);
  } else {
    merged.As<Node::Table>()->push_back(entry);
  }
}

// A table for each part of the path, the value within.
Node Nest(std::span<const std::string> path, const Node& value) {
  Node node = value;
  for (std::size_t i = path.size(); i > 0; --i) {
    Node table = TableLike(value);
    table.As<Node::Table>()->push_back({path[i - 1], value.position, std::move(node)});
    node = std::move(table);
  }
  return node;
}

// The element of a list that `index` names; nullptr, with a diagnostic, if there is none.
Node* ElementOf(Node& list, const std::string& index, const Position& position,
                Diagnostics& diagnostics) {
  auto& elements = *list.As<Node::Array>();
  std::size_t at = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), at);
  if (error != std::errc() || end != index.data() + index.size()) {
    diagnostics.Add(position, "expected the number of a list's element instead of '" + index + "'");
    return nullptr;
  }
  if (at >= elements.size()) {
    diagnostics.Add(position, "there is no element " + index + ": the list has " +
                                  std::to_string(elements.size()));
    return nullptr;
  }
  return &elements[at];
}

void Apply(Node& merged, const Override& change, Diagnostics& diagnostics) {
  const std::span<const std::string> path = change.path;
  Node* list = merged.Find(path[0]);
  if (list == nullptr || list->As<Node::Array>() == nullptr || path.size() == 1) {
    MergeEntry(merged, {path[0], change.value.position, Nest(path.subspan(1), change.value)},
               diagnostics);
    return;
  }
  Node* element = ElementOf(*list, path[1], change.value.position, diagnostics);
  if (element == nullptr) {
    return;
  }
  Node node = Nest(path.subspan(2), change.value);
  if (IsKind(path[0])) {
    node = Normalise(node, UseOf(*element), diagnostics);
  }
  Merge(*element, node);
}

}  // namespace

Node MergeLayers(const Document& document, Diagnostics& diagnostics) {
  Node merged;
  merged.position = {document.name(), 0, 0};
  merged.value = Node::Table();
  for (const Node& layer : document.layers()) {
    for (const Entry& entry : *layer.As<Node::Table>()) {
      MergeEntry(merged, entry, diagnostics);
    }
  }
  return merged;
}

void ApplyOverrides(Node& merged, std::vector<Override> overrides, Diagnostics& diagnostics) {
  std::ranges::stable_partition(overrides,
                                [](const Override& o) { return o.path.back() == "use"; });
  for (const Override& change : overrides) {
    Apply(merged, change, diagnostics);
  }
}

}  // namespace lode::core
