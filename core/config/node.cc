#include "core/config/node.h"

#include <algorithm>

namespace lode::core {

Node* Node::Find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).Find(key)); }

const Node* Node::Find(std::string_view key) const {
  const Table* table = As<Table>();
  if (table == nullptr) { return nullptr; }
  const auto at = std::ranges::find(*table, key, &Entry::key);
  return at != table->end() ? &at->node : nullptr;
}

std::string_view Node::TypeText() const {
  constexpr std::string_view kNames[] = {"a boolean", "an integer", "a real number",
                                         "a string",  "a list",     "a table"};
  return kNames[value.index()];
}

void Merge(Node& under, const Node& over) {
  auto* below = under.As<Node::Table>();
  const auto* above = over.As<Node::Table>();
  if (below == nullptr || above == nullptr) {
    under = over;
    return;
  }
  for (const Entry& entry : *above) {
    if (Node* same = under.Find(entry.key)) {
      Merge(*same, entry.node);
    } else {
      below->push_back(entry);
    }
  }
}

}  // namespace lode::core
