// What `run` and `validate` have in common: pipeline files, overrides, and the catalog they are
// resolved against.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/config/stages.h"
#include "core/plugin/index.h"

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

// Which plugins a pipeline may use. To load one is to run its code.
enum class Plugins {
  kOfFile,  // those that its [plugins] paths names, too
  kKnown,   // installed ones and those of --plugin
  kNone,    // of no component more is known than what the pipeline says
};

// One pipeline file, resolved.
struct LoadedPipeline {
  std::filesystem::path file;
  std::unique_ptr<core::Catalog> index;  // what it is resolved against
  core::Stages stages;
  std::vector<std::string> unknown{};  // "oracle 'mine'": taken as it is written. Not with kOfFile.

  // Of a pipeline without stages, or of the first one.
  const std::vector<core::Search>& searches() const { return stages.list.front().searches; }
};

// Resolves one document, which was read from `file`. Throws core::ConfigError with all its mistakes; a
// component that is not known is one, unless it may come from a plugin that is not loaded.
LoadedPipeline Load(const core::Document& document, const std::filesystem::path& file,
                    const GlobalOptions& global, Plugins plugins);

// Reads and resolves every file. Throws core::ConfigError with all mistakes of the first file that
// has any.
std::vector<LoadedPipeline> Load(const PipelineOptions& options, const GlobalOptions& global,
                                 Plugins plugins = Plugins::kOfFile);

// --allow-plugins: the user wants what [plugins] paths names.
CLI::Option* AddAllowPlugins(CLI::App& command);

// Makes what a run of the pipeline would make, but for what would load LibTorch and what waits for earlier
// stages: whatever is wrong with the files that it reads is thrown, as the run would. Returns what was
// left out, "oracle 'nb201.train'".
std::vector<std::string> ReadInputs(const LoadedPipeline& pipeline);

}  // namespace lode::cli
