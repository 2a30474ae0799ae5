// What `run` and `validate` have in common: pipeline files, overrides, and the catalog they are
// resolved against.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/config/stages.h"
#include "core/plugin/index.h"

namespace lode::cli {

struct PipelineOptions {
  std::vector<std::filesystem::path> files;  // CONFIG...
  std::vector<std::string> overrides;        // --set

  void AddTo(CLI::App& command);
};

// One pipeline file, resolved.
struct LoadedPipeline {
  std::filesystem::path file;
  std::unique_ptr<core::PluginIndex> index;
  core::Stages stages;

  // Of a pipeline without stages, or of the first one.
  const std::vector<core::Search>& searches() const { return stages.list.front().searches; }
};

// Reads and resolves every file. Throws core::ConfigError with all mistakes of the first file that
// has any.
std::vector<LoadedPipeline> Load(const PipelineOptions& options, const GlobalOptions& global);

}  // namespace lode::cli
