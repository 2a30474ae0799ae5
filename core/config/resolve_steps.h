// The steps of resolving a pipeline, one for each of its tables. They report mistakes and continue.
#pragma once

#include <filesystem>
#include <vector>

#include "core/config/node.h"
#include "core/config/pipeline.h"
#include "core/config/written_pipeline.h"

namespace lode::core {

// [pipeline]: the name, the description and the seeds.
void ReadHeading(const WrittenPipeline& written, Pipeline& pipeline);

// The one component of a kind, or all of them.
ComponentConfig ReadComponent(const WrittenPipeline& written, lode_kind kind);
std::vector<ComponentConfig> ReadComponents(const WrittenPipeline& written, lode_kind kind);

// Returns the metrics of the oracles with default parameters; empty if some are not known.
std::vector<MetricDeclaration> DeclaredMetrics(const Catalog& catalog,
                                               const std::vector<ComponentConfig>& oracles);

// [reward]. Checks it against the metrics that the oracles have with default parameters, if those
// do not vary. The run checks again against the actual ones.
RewardConfig ReadReward(const WrittenPipeline& written,
                        const std::vector<ComponentConfig>& oracles);

StartConfig ReadStart(const WrittenPipeline& written);
BudgetConfig ReadBudget(const WrittenPipeline& written);
ConfirmConfig ReadConfirm(const WrittenPipeline& written, const BudgetConfig& budget);

// [execution]. Isolation may follow from the oracles.
ExecutionConfig ReadExecution(const WrittenPipeline& written,
                              const std::vector<ComponentConfig>& oracles,
                              const ComponentConfig& optimizer);

// Checks that an optimizer that trains a relaxed network gets one, and that limits do not reject.
void CheckTraining(const WrittenPipeline& written, const Pipeline& pipeline);

// Diagnoses parts of a pipeline that need a best trial where the last one is the result.
void CheckResult(const WrittenPipeline& written, const Pipeline& pipeline);

// [plugins]: the paths, absolute.
std::vector<std::filesystem::path> ReadPlugins(const WrittenPipeline& written);

// Returns the [plugins] paths that can be determined. Each is relative to the file, or the
// directory of the command line, that contains it.
std::vector<std::filesystem::path> PluginPathsOf(const Node& tree);

// The list of published figures, [[reference]]. Checks their metrics as those of [reward].
std::vector<ReferenceConfig> ReadReferences(const WrittenPipeline& written,
                                            const std::vector<ComponentConfig>& oracles);

}  // namespace lode::core
