// The published figures, [[reference]].
#include "core/config/check_reward.h"
#include "core/config/grid.h"
#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

ReferenceConfig ReadReference(const Node& node, Diagnostics& diagnostics) {
  ReferenceConfig reference;
  ReferenceTable().Read(&node, node.position, reference, diagnostics, {"where"});
  const Node* metric = node.Find("metric");
  reference.position = (metric == nullptr ? node : *metric).position;
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

std::vector<ReferenceConfig> ReadReferences(const WrittenPipeline& written,
                                            const std::vector<ComponentConfig>& oracles) {
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
  const auto metrics = DeclaredMetrics(written.catalog, oracles);
  if (!metrics.empty()) { CheckReferences(references, metrics, written.diagnostics); }
  return references;
}

}  // namespace lode::core
