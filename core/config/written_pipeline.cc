#include "core/config/written_pipeline.h"

#include <algorithm>

namespace lode::core {

const Node* WrittenPipeline::Find(std::string_view table, std::string_view key) const {
  const Node* node = Find(table);
  return node != nullptr ? node->Find(key) : nullptr;
}

Position WrittenPipeline::PositionOf(std::string_view table) const {
  const Node* node = Find(table);
  return node != nullptr ? node->position : tree.position;
}

Position WrittenPipeline::PositionOf(std::string_view table, std::string_view key) const {
  const Node* value = Find(table, key);
  return value != nullptr ? value->position : PositionOf(table);
}

bool WrittenPipeline::IsFromCommandLine(std::string_view table, std::string_view key) const {
  const Node* value = Find(table, key);
  return value != nullptr && value->position.line == 0;
}

bool WrittenPipeline::HasTablesOfSearch() const {
  return std::ranges::any_of(kTablesOfSearch,
                             [&](std::string_view name) { return Find(name) != nullptr; });
}

}  // namespace lode::core
