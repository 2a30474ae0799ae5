// Options shared by `run` and `validate`: pipeline files and overrides. Also resolves the files
// against the catalog.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/run/load_pipeline.h"

namespace lode::cli {

struct PipelineOptions {
  std::vector<std::filesystem::path> files;  // PIPELINE...
  std::vector<std::string> overrides;        // --set
  std::string seeds;                         // --seeds: "10", or "3,5,8"; "" if not given
  std::optional<std::int64_t> seed;          // --seed

  // All of them, or all but the files.
  void AddTo(CLI::App& command);
  void AddChangesTo(CLI::App& command);
  // Returns all changes from the command line in the form of --set.
  std::vector<std::string> Overrides() const;
};

// Reads and resolves every file. Throws core::ConfigError with all mistakes in the first file that
// has any.
std::vector<core::LoadedPipeline> Load(
    const PipelineOptions& options, const GlobalOptions& global,
    core::AllowedPlugins allowed = core::AllowedPlugins::kOfFile);

// Adds --allow-plugins, which allows the plugins that [plugins] paths names.
CLI::Option* AddAllowPlugins(CLI::App& command);

}  // namespace lode::cli
