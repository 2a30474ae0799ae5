// The published figures, [[reference]].
#include "core/config/grid.h"
#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

ReferenceConfig ReadReference(const Node& node, Diagnostics& diagnostics) {
  ReferenceConfig reference;
  ReferenceTable().Read(&node, node.position, reference, diagnostics, {"where"});
  const Node* where = node.Find("where");
  if (where == nullptr) { return reference; }
  const auto* table = where->As<Node::Table>();
  if (table == nullptr) {
    diagnostics.Add(where->position, "'where' must be a table of grid paths and values");
    return reference;
  }
  for (const Entry& entry : *table) {
    reference.where.emplace_back(PrintableLine(entry.key), PointText(entry.node));
  }
  return reference;
}

}  // namespace

std::vector<ReferenceConfig> ReadReferences(const WrittenPipeline& written) {
  std::vector<ReferenceConfig> references;
  const Node* list = written.Find("reference");
  if (list == nullptr) { return references; }
  const auto* elements = list->As<Node::Array>();
  if (elements == nullptr) {
    written.diagnostics.Add(list->position, "published figures are a list: write [[reference]]");
    return references;
  }
  for (const Node& node : *elements) {
    references.push_back(ReadReference(node, written.diagnostics));
  }
  return references;
}

}  // namespace lode::core
