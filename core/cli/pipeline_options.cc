#include "core/cli/pipeline_options.h"

#include <algorithm>

#include "core/config/artifacts.h"
#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/config/reward_config.h"
#include "core/search/oracles.h"

namespace lode::cli {
namespace {

bool UsesTorch(const core::Catalog& catalog, const core::ComponentConfig& config) {
  return (catalog.Find(config.kind, config.id)->capabilities & LODE_CAP_USES_TORCH) != 0;
}

// Metrics that an oracle has only once it is bound to the space: then the reward is checked against
// those of real instances, unless that would load LibTorch.
void CheckMetrics(const core::Pipeline& pipeline, const core::Catalog& catalog) {
  const bool vary = std::ranges::any_of(pipeline.oracles, [&](const core::ComponentConfig& c) {
    return (catalog.Find(c.kind, c.id)->capabilities & LODE_CAP_METRICS_VARY) != 0;
  });
  const bool torch = UsesTorch(catalog, pipeline.space) ||
                     std::ranges::any_of(pipeline.oracles, [&](const core::ComponentConfig& c) {
                       return UsesTorch(catalog, c);
                     });
  // What an earlier stage leaves is not there yet.
  const bool can_be_made =
      !pipeline.is_preparation() && core::ArtifactsOf(pipeline, catalog).empty();
  if (vary && !torch && can_be_made) {
    const core::RunContext run;
    core::Diagnostics diagnostics;
    core::CheckReward(pipeline.reward, core::MetricsOf(pipeline, catalog, run), diagnostics);
    diagnostics.ThrowIfAny();
  }
}

}  // namespace

void PipelineOptions::AddTo(CLI::App& command) {
  command.add_option("CONFIG", files, "Pipeline files (TOML)")->required()->type_name("FILE");
  command
      .add_option("--set", overrides,
                  "Change a value: PATH=VALUE, e.g. --set optimizer.use=rea --set budget.steps=500")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

std::vector<LoadedPipeline> Load(const PipelineOptions& options, const GlobalOptions& global) {
  std::vector<LoadedPipeline> pipelines;
  for (const auto& file : options.files) {
    const core::Document document = core::Document::Read(file, options.overrides);
    auto index = std::make_unique<core::PluginIndex>(
        core::MakeSearchPath(global.plugins, core::PluginPaths(document)), core::IndexCacheFile());
    core::Stages stages = core::ResolveStages(document, *index);
    for (const core::Stage& stage : stages.list) {
      for (const core::Search& search : stage.searches) {
        CheckMetrics(search.pipeline, *index);
      }
    }
    pipelines.push_back({file, std::move(index), std::move(stages)});
  }
  return pipelines;
}

}  // namespace lode::cli
