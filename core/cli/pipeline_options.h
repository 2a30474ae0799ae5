// What `run` and `validate` have in common: pipeline files, overrides, and the catalog they are
// resolved against.
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
  std::vector<std::filesystem::path> files;  // CONFIG...
  std::vector<std::string> overrides;        // --set
  std::string seeds;                         // --seeds: "10", or "3,5,8"; "" if it is not given
  std::optional<std::int64_t> seed;          // --seed

  void AddTo(CLI::App& command);
  // What the command line changes, as --set says it.
  std::vector<std::string> Overrides() const;
};

// Reads and resolves every file. Throws core::ConfigError with all mistakes of the first file that
// has any.
std::vector<core::LoadedPipeline> Load(
    const PipelineOptions& options, const GlobalOptions& global,
    core::AllowedPlugins allowed = core::AllowedPlugins::kOfFile);

// --allow-plugins: the user wants what [plugins] paths names.
CLI::Option* AddAllowPlugins(CLI::App& command);

}  // namespace lode::cli
