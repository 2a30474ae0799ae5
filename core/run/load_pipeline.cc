#include "core/run/load_pipeline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/config/artifacts.h"
#include "core/config/check_reward.h"
#include "core/config/resolve.h"
#include "core/plugin/index.h"
#include "core/plugin/open_catalog.h"
#include "core/run/accuracy_env.h"
#include "core/search/oracles.h"

namespace lode::core {
namespace {

// Some oracles have metrics only once they are bound to the space. Then the reward is checked
// against the metrics of real instances, unless making them would load LibTorch.
void CheckMetrics(const Pipeline& pipeline, const Catalog& catalog) {
  const bool vary = std::ranges::any_of(pipeline.oracles, [&](const ComponentConfig& c) {
    return (catalog.Find(c.kind, c.id)->capabilities & LODE_CAP_METRICS_VARY) != 0;
  });
  const bool torch = UsesTorch(catalog, pipeline.space) ||
                     std::ranges::any_of(pipeline.oracles, [&](const ComponentConfig& c) {
                       return UsesTorch(catalog, c);
                     });
  // The artifacts of earlier stages do not exist yet.
  const bool can_be_made = pipeline.is_search() && ArtifactsOf(pipeline, catalog).empty();
  if (vary && !torch && can_be_made && !pipeline.execution.isolates_all()) {
    const RunContext run;
    Diagnostics diagnostics;
    const auto metrics = MetricsOf(pipeline, catalog, run);
    CheckReward(pipeline.reward, metrics, diagnostics);
    CheckReferences(pipeline.references, metrics, diagnostics);
    diagnostics.ThrowIfAny();
  }
}

LoadedPipeline LoadWithPlugins(const std::filesystem::path& file, const Document& document,
                               const SearchPath& path) {
  auto catalog = std::make_unique<PluginIndex>(path, IndexCacheFile());
  Stages stages = ResolveStages(document, *catalog);
  for (Stage& stage : stages.list) {
    for (Search& search : stage.searches) {
      CheckMetrics(search.pipeline, *catalog);
      TakeAccuracyEnv(search.pipeline.reward);
    }
  }
  return {file, std::move(catalog), std::move(stages)};
}

std::vector<std::string> UnknownOf(const Stages& stages, const Catalog& catalog) {
  std::set<std::string> titles;
  const auto look = [&](const ComponentConfig& config) {
    if (!config.id.empty() && catalog.Find(config.kind, config.id)->is_open) {
      titles.insert(std::string(KindName(config.kind)) + " '" + config.id + "'");
    }
  };
  for (const Stage& stage : stages.list) {
    for (const Search& search : stage.searches) {
      look(search.pipeline.space);
      std::ranges::for_each(search.pipeline.oracles, look);
      std::ranges::for_each(search.pipeline.explorations, look);
      look(search.pipeline.optimizer);
    }
  }
  return {titles.begin(), titles.end()};
}

LoadedPipeline LoadAsWritten(const std::filesystem::path& file, const Document& document,
                             std::unique_ptr<Catalog> known) {
  auto catalog = std::make_unique<OpenCatalog>(std::move(known));
  Stages stages = ResolveStages(document, *catalog);
  std::vector<std::string> unknown = UnknownOf(stages, *catalog);
  return {file, std::move(catalog), std::move(stages), std::move(unknown)};
}

}  // namespace

LoadedPipeline LoadPipeline(const Document& document, const std::filesystem::path& file,
                            const std::vector<std::filesystem::path>& named,
                            AllowedPlugins allowed) {
  if (allowed == AllowedPlugins::kNone) { return LoadAsWritten(file, document, nullptr); }
  const std::vector<std::filesystem::path> own = PluginPaths(document);
  const bool all = allowed == AllowedPlugins::kOfFile || own.empty();
  const SearchPath path = MakeSearchPath(named, all ? own : std::vector<std::filesystem::path>());
  return all ? LoadWithPlugins(file, document, path)
             : LoadAsWritten(file, document, std::make_unique<PluginIndex>(path, IndexCacheFile()));
}

bool UsesTorch(const Catalog& catalog, const ComponentConfig& config) {
  return (catalog.Find(config.kind, config.id)->capabilities & LODE_CAP_USES_TORCH) != 0;
}

}  // namespace lode::core
