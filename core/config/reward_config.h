// The table [reward].
#pragma once

#include <span>

#include "core/config/diagnostic.h"
#include "core/config/node.h"
#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// Reads it from a pipeline's table, with the checks that do not depend on the metrics.
RewardConfig ReadReward(const Node& pipeline, Diagnostics& diagnostics);

// Diagnoses parts of the reward that these metrics do not allow, with what to do about them.
void CheckReward(const RewardConfig& reward, std::span<const MetricDeclaration> metrics,
                 Diagnostics& diagnostics);

}  // namespace lode::core
