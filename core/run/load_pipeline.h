// Turns a pipeline's document into searches that can run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/config/document.h"
#include "core/config/stages.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// The plugins a pipeline may use. Loading a plugin runs its code.
enum class AllowedPlugins {
  kOfFile,  // also those named by its [plugins] paths
  kKnown,   // installed ones and those named by the caller
  kNone,    // none: components are known only by what the pipeline says
};

// One pipeline file, resolved.
struct LoadedPipeline {
  std::filesystem::path file;
  std::unique_ptr<Catalog> catalog;  // used to resolve it
  Stages stages;
  std::vector<std::string> unknown{};  // "oracle 'mine'": used as written. Empty with kOfFile.

  // The searches of a pipeline without stages, or of the first stage.
  const std::vector<Search>& searches() const { return stages.list.front().searches; }
};

// Resolves one document that was read from `file`. `named`: the plugins named by the caller. Throws
// ConfigError with all mistakes in the document. An unknown component is a mistake unless it may
// come from a plugin that is not loaded.
LoadedPipeline LoadPipeline(const Document& document, const std::filesystem::path& file,
                            const std::vector<std::filesystem::path>& named,
                            AllowedPlugins allowed);

// Returns whether a component loads LibTorch, which takes seconds.
bool UsesTorch(const Catalog& catalog, const ComponentConfig& config);

}  // namespace lode::core
