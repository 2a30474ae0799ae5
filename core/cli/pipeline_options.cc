#include "core/cli/pipeline_options.h"

#include <system_error>

#include "core/config/document.h"
#include "core/plugin/installation.h"
#include "core/plugin/log.h"

namespace lode::cli {

void PipelineOptions::AddTo(CLI::App& command) {
  command.add_option("PIPELINE", files, "Pipeline files (TOML)")->required()->type_name("FILE");
  AddChangesTo(command);
}

void PipelineOptions::AddChangesTo(CLI::App& command) {
  command
      .add_option("--set", overrides,
                  "Change a value: PATH=VALUE, e.g. --set optimizer.use=rea --set budget.steps=500")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  auto* several = command.add_option("--seeds", seeds,
                                     "Number of seeds (10: 0 to 9), or a list of them (3,5,8)");
  several->type_name("SEEDS");
  command.add_option("--seed", seed, "A single seed")->excludes(several)->type_name("N");
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

// Finds an example such as configs/nb201/l2nas.toml from any working directory.
std::filesystem::path FindPipeline(const std::filesystem::path& file) {
  std::filesystem::path installed = core::InstalledPath("share/lode") / file;
  std::error_code error;
  if (file.is_absolute() || std::filesystem::exists(file, error) ||
      !std::filesystem::is_regular_file(installed, error)) {
    return file;
  }
  core::Log(LODE_INFO,
            file.string() + ": using the one in " + core::InstalledPath("share/lode").string());
  return installed;
}

}  // namespace

std::vector<core::LoadedPipeline> Load(const PipelineOptions& options, const GlobalOptions& global,
                                       core::AllowedPlugins allowed) {
  std::vector<core::LoadedPipeline> pipelines;
  for (const auto& file : options.files) {
    const std::filesystem::path found = FindPipeline(file);
    const core::Document document = core::Document::Read(found, options.Overrides());
    pipelines.push_back(core::LoadPipeline(document, found, global.plugins, allowed));
  }
  return pipelines;
}

CLI::Option* AddAllowPlugins(CLI::App& command) {
  return command.add_flag("--allow-plugins")
      ->description("Load the plugins that [plugins] paths names, which runs their code");
}

}  // namespace lode::cli
