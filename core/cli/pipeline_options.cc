#include "core/cli/pipeline_options.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "core/config/artifacts.h"
#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/config/reward_config.h"
#include "core/plugin/index.h"
#include "core/plugin/installation.h"
#include "core/plugin/log.h"
#include "core/plugin/open_catalog.h"
#include "core/search/components.h"
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
  if (vary && !torch && can_be_made && !pipeline.execution.isolate_all) {
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
  auto* several =
      command.add_option("--seeds", seeds, "How many seeds (10: 0 to 9), or which (3,5,8)");
  several->type_name("SEEDS");
  command.add_option("--seed", seed, "Which seed, if it is one")->excludes(several)->type_name("N");
}

std::vector<std::string> PipelineOptions::Overrides() const {
  std::vector<std::string> all = overrides;
  const bool is_list = seeds.find(',') != std::string::npos;
  if (seed) {
    all.push_back("pipeline.seeds=[" + std::to_string(*seed) + "]");
  } else if (!seeds.empty()) {
    all.push_back("pipeline.seeds=" + (is_list ? "[" + seeds + "]" : seeds));
  }
  return all;
}

namespace {

LoadedPipeline LoadWithPlugins(const std::filesystem::path& file, const core::Document& document,
                               const core::SearchPath& path) {
  auto index = std::make_unique<core::PluginIndex>(path, core::IndexCacheFile());
  core::Stages stages = core::ResolveStages(document, *index);
  for (const core::Stage& stage : stages.list) {
    for (const core::Search& search : stage.searches) {
      CheckMetrics(search.pipeline, *index);
    }
  }
  return {file, std::move(index), std::move(stages)};
}

std::vector<std::string> UnknownOf(const core::Stages& stages, const core::Catalog& catalog) {
  std::set<std::string> titles;
  const auto look = [&](const core::ComponentConfig& config) {
    if (!config.id.empty() && catalog.Find(config.kind, config.id)->is_open) {
      titles.insert(std::string(core::KindName(config.kind)) + " '" + config.id + "'");
    }
  };
  for (const core::Stage& stage : stages.list) {
    for (const core::Search& search : stage.searches) {
      look(search.pipeline.space);
      std::ranges::for_each(search.pipeline.oracles, look);
      std::ranges::for_each(search.pipeline.explorations, look);
      look(search.pipeline.optimizer);
    }
  }
  return {titles.begin(), titles.end()};
}

LoadedPipeline LoadAsWritten(const std::filesystem::path& file, const core::Document& document,
                             std::unique_ptr<core::Catalog> known) {
  auto catalog = std::make_unique<core::OpenCatalog>(std::move(known));
  core::Stages stages = core::ResolveStages(document, *catalog);
  std::vector<std::string> unknown = UnknownOf(stages, *catalog);
  return {file, std::move(catalog), std::move(stages), std::move(unknown)};
}

// Makes the components of pipelines, each that is not like one before.
class InputReader {
 public:
  explicit InputReader(const core::Catalog& catalog) : catalog_(catalog) {}

  void Read(const core::Pipeline& pipeline) {
    if (!IsNew(pipeline)) {
      return;
    }
    const bool waits = !core::ArtifactsOf(pipeline, catalog_).empty();
    std::vector<std::size_t> quick;
    for (std::size_t i = 0; i < pipeline.oracles.size(); ++i) {
      if (MayMake(pipeline.oracles[i]) && !waits) {
        quick.push_back(i);
      }
    }
    if (waits || !MayMake(pipeline.space)) {
      return;
    }
    const core::RunContext run;
    const core::Oracles oracles(pipeline, catalog_, run, quick);
    const bool has_optimizer = !pipeline.is_preparation() && MayMake(pipeline.optimizer);
    if (has_optimizer && std::ranges::all_of(pipeline.explorations,
                                             [&](const auto& config) { return MayMake(config); })) {
      const core::Components components(pipeline, catalog_, run);
    }
  }

  std::vector<std::string> skipped() const { return {skipped_.begin(), skipped_.end()}; }

 private:
  bool MayMake(const core::ComponentConfig& config) {
    const core::ComponentDeclaration& declaration = *catalog_.Find(config.kind, config.id);
    const bool may = !declaration.is_open && !UsesTorch(catalog_, config);
    if (!may && !declaration.is_open) {
      skipped_.insert(std::string(core::KindName(config.kind)) + " '" + config.id + "'");
    }
    return may;
  }

  // The points of a grid have much in common.
  bool IsNew(const core::Pipeline& pipeline) {
    std::string text;
    const auto add = [&](const core::ComponentConfig& config) {
      text += config.id + "\n" + config.policy.string() + "\n";
      for (const core::Value& value : config.values) {
        text += core::FormatValue(value) + "\n";
      }
    };
    add(pipeline.space);
    std::ranges::for_each(pipeline.oracles, add);
    std::ranges::for_each(pipeline.explorations, add);
    add(pipeline.optimizer);
    return seen_.insert(std::move(text)).second;
  }

  const core::Catalog& catalog_;
  std::set<std::string> seen_, skipped_;
};

}  // namespace

namespace {

// The examples' configs/nb201/l2nas.toml is found wherever they are typed.
std::filesystem::path FindPipeline(const std::filesystem::path& file) {
  std::filesystem::path installed = core::InstalledPath("share/lode") / file;
  std::error_code error;
  if (file.is_absolute() || std::filesystem::exists(file, error) ||
      !std::filesystem::is_regular_file(installed, error)) {
    return file;
  }
  core::Log(LODE_INFO, file.string() + ": the one in " +
                           core::InstalledPath("share/lode").string() + " is taken");
  return installed;
}

}  // namespace

LoadedPipeline Load(const core::Document& document, const std::filesystem::path& file,
                    const GlobalOptions& global, Plugins plugins) {
  if (plugins == Plugins::kNone) {
    return LoadAsWritten(file, document, nullptr);
  }
  const std::vector<std::filesystem::path> own = core::PluginPaths(document);
  const bool all = plugins == Plugins::kOfFile || own.empty();
  const core::SearchPath path =
      core::MakeSearchPath(global.plugins, all ? own : std::vector<std::filesystem::path>());
  return all ? LoadWithPlugins(file, document, path)
             : LoadAsWritten(file, document,
                             std::make_unique<core::PluginIndex>(path, core::IndexCacheFile()));
}

std::vector<LoadedPipeline> Load(const PipelineOptions& options, const GlobalOptions& global,
                                 Plugins plugins) {
  std::vector<LoadedPipeline> pipelines;
  for (const auto& file : options.files) {
    const std::filesystem::path found = FindPipeline(file);
    const core::Document document = core::Document::Read(found, options.Overrides());
    pipelines.push_back(Load(document, found, global, plugins));
  }
  return pipelines;
}

CLI::Option* AddAllowPlugins(CLI::App& command) {
  return command.add_flag("--allow-plugins")
      ->description("Load the plugins that [plugins] paths names, which runs their code");
}

std::vector<std::string> ReadInputs(const LoadedPipeline& pipeline) {
  InputReader reader(*pipeline.index);
  for (const core::Stage& stage : pipeline.stages.list) {
    for (const core::Search& search : stage.searches) {
      reader.Read(search.pipeline);
    }
  }
  return reader.skipped();
}

}  // namespace lode::cli
