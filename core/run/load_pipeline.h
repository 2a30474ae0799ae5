// From a pipeline's document to what can be run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/config/document.h"
#include "core/config/stages.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// Which plugins a pipeline may use. To load one is to run its code.
enum class AllowedPlugins {
  kOfFile,  // also those that its [plugins] paths name
  kKnown,   // installed ones and those that the caller names
  kNone,    // none: no more is known of a component than what the pipeline says
};

// One pipeline file, resolved.
struct LoadedPipeline {
  std::filesystem::path file;
  std::unique_ptr<Catalog> catalog;  // what it is resolved against
  Stages stages;
  std::vector<std::string> unknown{};  // "oracle 'mine'": taken as it is written. Not with kOfFile.

  // Of a pipeline without stages, or of the first one.
  const std::vector<Search>& searches() const { return stages.list.front().searches; }
};

// Resolves one document, which was read from `file`. `named`: the plugins that the caller names. Throws
// ConfigError with all its mistakes; a component that is not known is one, unless it may come from a
// plugin that is not loaded.
LoadedPipeline LoadPipeline(const Document& document, const std::filesystem::path& file,
                            const std::vector<std::filesystem::path>& named,
                            AllowedPlugins allowed);

// Whether a component loads LibTorch, which takes seconds.
bool UsesTorch(const Catalog& catalog, const ComponentConfig& config);

}  // namespace lode::core
