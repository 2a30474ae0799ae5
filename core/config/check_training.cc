#include <algorithm>
#include <string>

#include "core/config/oracle_roles.h"
#include "core/config/resolve_steps.h"

namespace lode::core {
namespace {

bool AreKnown(const std::vector<ComponentConfig>& oracles, const Catalog& catalog) {
  return std::ranges::all_of(oracles, [&](const ComponentConfig& oracle) {
    return catalog.Find(LODE_ORACLE, oracle.id) != nullptr;
  });
}

}  // namespace

void CheckTraining(const WrittenPipeline& written, const Pipeline& pipeline) {
  if (!TrainsNetwork(pipeline.optimizer, written.catalog)) { return; }
  const std::string title = "optimizer '" + pipeline.optimizer.id + "' ";
  if (AreKnown(pipeline.oracles, written.catalog) && !NetworkOracle(pipeline, written.catalog)) {
    written.diagnostics.Add(pipeline.optimizer.position,
                            title + "trains a relaxed network, but no [oracle] has one");
  }
  if (!pipeline.reward.limits.empty() && pipeline.reward.limit_rule == LimitRule::kRejection) {
    written.diagnostics.Add(written.PositionOf("reward", "limit_rule"),
                            title +
                                "trains before each proposal, so none can be rejected: use "
                                "another 'limit_rule'");
  }
}

}  // namespace lode::core
