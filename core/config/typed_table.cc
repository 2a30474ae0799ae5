#include "core/config/typed_table.h"

#include <algorithm>
#include <variant>

#include "core/config/values.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

void MakePrintable(Value& value) {
  if (auto* text = std::get_if<std::string>(&value)) { *text = PrintableText(*text); }
}

}  // namespace

std::vector<Value> ReadHostTable(const HostTable& table, const Node* node, const Position& where,
                                 const std::vector<std::string>& other_keys,
                                 Diagnostics& diagnostics) {
  std::vector<Value> values =
      ReadTable(table.params, node, where, "[" + table.name + "]", other_keys, diagnostics);
  std::ranges::for_each(values, MakePrintable);
  return values;
}

const Node::Array& ElementsOf(const HostTable& table, const Node* list, Diagnostics& diagnostics) {
  static const Node::Array none;
  const auto* elements = list != nullptr ? list->As<Node::Array>() : nullptr;
  if (list != nullptr && elements == nullptr) {
    const std::string key = table.name.substr(table.name.rfind('.') + 1);
    diagnostics.Add(list->position,
                    "'" + key + "' must be a list of tables, not " + std::string(list->TypeText()));
  }
  return elements != nullptr ? *elements : none;
}

}  // namespace lode::core
