// Checks [reward] and [[reference]] against metrics.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// Diagnoses parts of the reward that these metrics do not allow, with what to do about them.
void CheckReward(const RewardConfig& reward, std::span<const MetricDeclaration> metrics,
                 Diagnostics& diagnostics);

// Diagnoses published figures of metrics that are not among these.
void CheckReferences(std::span<const ReferenceConfig> references,
                     std::span<const MetricDeclaration> metrics, Diagnostics& diagnostics);

// Returns the names of the metrics that the reward, its limits and goals use.
std::vector<std::string> MetricsOf(const RewardConfig& reward);

}  // namespace lode::core
