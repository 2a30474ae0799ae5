#include "core/cli/pipeline_options.h"

#include "core/config/document.h"
#include "core/config/resolve.h"

namespace lode::cli {

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
    std::vector<std::filesystem::path> named = global.plugins;
    const auto own = core::PluginPaths(document);
    named.insert(named.end(), own.begin(), own.end());
    auto index =
        std::make_unique<core::PluginIndex>(core::MakeSearchPath(named), core::IndexCacheFile());
    auto searches = core::Resolve(document, *index);
    pipelines.push_back({file, std::move(index), std::move(searches)});
  }
  return pipelines;
}

}  // namespace lode::cli
