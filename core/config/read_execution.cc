// The table [execution].
#include <algorithm>

#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"

namespace lode::core {
namespace {

bool DeclaresIsolation(const Catalog& catalog, const ComponentConfig& oracle) {
  const ComponentDeclaration* declaration = catalog.Find(LODE_ORACLE, oracle.id);
  return declaration != nullptr && (declaration->capabilities & LODE_CAP_ISOLATE) != 0;
}

bool LimitsProcesses(const ExecutionConfig& execution) {
  return execution.timeout_seconds > 0 || execution.memory_limit > 0;
}

void CheckIsolation(const WrittenPipeline& written, const ExecutionConfig& execution) {
  const Position position = written.PositionOf("execution", "isolate");
  if (execution.workers > 1 && !execution.isolates_oracles()) {
    written.diagnostics.Add(position,
                            "'workers' are separate processes: with more than one, 'isolate' "
                            "cannot be false");
  }
  if (LimitsProcesses(execution) && !execution.isolates_oracles()) {
    written.diagnostics.Add(position,
                            "'timeout_seconds' and 'memory_limit' apply to child processes: with "
                            "them, 'isolate' cannot be false");
  }
}

}  // namespace

ExecutionConfig ReadExecution(const WrittenPipeline& written,
                              const std::vector<ComponentConfig>& oracles) {
  ExecutionConfig execution;
  written.Read(ExecutionTable(), execution);
  const auto declares = [&](const ComponentConfig& oracle) {
    return DeclaresIsolation(written.catalog, oracle);
  };
  const bool needs_isolation =
      execution.workers > 1 || LimitsProcesses(execution) || std::ranges::any_of(oracles, declares);
  if (needs_isolation && written.Find("execution", "isolate") == nullptr) {
    execution.isolate = Isolation::kOracles;
  }
  CheckIsolation(written, execution);
  return execution;
}

}  // namespace lode::core
