// The table [execution].
#include <algorithm>

#include "core/config/oracle_roles.h"
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

// Returns whether each worker must be a process.
// Returns the declaration of a component; null if its plugin is not loaded, as when a stored
// pipeline is only shown.
const ComponentDeclaration* Known(const Catalog& catalog, lode_kind kind,
                                  const ComponentConfig& component) {
  const ComponentDeclaration* declaration = catalog.Find(kind, component.id);
  return declaration != nullptr && !declaration->is_open ? declaration : nullptr;
}

bool NeedsProcesses(const ExecutionConfig& execution, const std::vector<ComponentConfig>& oracles,
                    const Catalog& catalog) {
  const bool are_known = std::ranges::all_of(oracles, [&](const ComponentConfig& oracle) {
    return Known(catalog, LODE_ORACLE, oracle) != nullptr;
  });
  return execution.workers > 1 && are_known && ParallelOf(oracles, catalog) == Parallel::kNever;
}

void CheckIsolation(const WrittenPipeline& written, const ExecutionConfig& execution,
                    bool needs_processes) {
  const Position position = written.PositionOf("execution", "isolate");
  if (needs_processes && !execution.isolates_oracles()) {
    written.diagnostics.Add(position,
                            "these oracles cannot evaluate several architectures in one process, "
                            "so several workers need processes: 'isolate' cannot be false");
  }
  if (LimitsProcesses(execution) && !execution.isolates_oracles()) {
    written.diagnostics.Add(position,
                            "'timeout_seconds' and 'memory_limit' apply to child processes: with "
                            "them, 'isolate' cannot be false");
  }
}

// An optimizer that makes one proposal at a time learns its results in order anyway.
void CheckOrder(const WrittenPipeline& written, const ExecutionConfig& execution,
                const ComponentConfig& optimizer) {
  const ComponentDeclaration* declaration = Known(written.catalog, LODE_OPTIMIZER, optimizer);
  if (execution.order == Order::kAsked || declaration == nullptr) { return; }
  const bool is_ahead = (declaration->capabilities & LODE_CAP_SEVERAL_ASKS) != 0;
  if (is_ahead && (declaration->capabilities & LODE_CAP_ANY_ORDER) == 0) {
    written.diagnostics.Add(written.PositionOf("execution", "order"),
                            "optimizer '" + optimizer.id +
                                "' must learn results in the order of its proposals: it needs "
                                "order = \"asked\"");
  }
}

}  // namespace

ExecutionConfig ReadExecution(const WrittenPipeline& written,
                              const std::vector<ComponentConfig>& oracles,
                              const ComponentConfig& optimizer) {
  ExecutionConfig execution;
  written.Read(ExecutionTable(), execution);
  const auto declares = [&](const ComponentConfig& oracle) {
    return DeclaresIsolation(written.catalog, oracle);
  };
  const bool needs_processes = NeedsProcesses(execution, oracles, written.catalog);
  const bool isolates =
      needs_processes || LimitsProcesses(execution) || std::ranges::any_of(oracles, declares);
  if (isolates && written.Find("execution", "isolate") == nullptr) {
    execution.isolate = Isolation::kOracles;
  }
  CheckIsolation(written, execution, needs_processes);
  CheckOrder(written, execution, optimizer);
  return execution;
}

}  // namespace lode::core
