// Plans the runs found on the disk, grouped into the searches they belong to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/run/load_pipeline.h"
#include "core/run/plan.h"

namespace lode::core {

// Returns whether a path is the directory or below it. Compares names only.
bool IsWithin(const std::filesystem::path& path, const std::filesystem::path& directory);

// Returns the directories to lock before planning all runs in a directory or below it.
std::vector<std::filesystem::path> RootsIn(const std::filesystem::path& directory);

// Returns the directories of the plans that runs in a directory may belong to: all plans inside it
// and the first one above it, which is at most a pipeline's and a point's directory away.
std::vector<std::filesystem::path> PlansOf(const std::filesystem::path& directory);

// How to load a stored pipeline.
struct StoredLoading {
  std::vector<std::string> overrides{};          // PATH=VALUE, as for --set
  std::vector<std::filesystem::path> plugins{};  // named by the caller
  AllowedPlugins allowed = AllowedPlugins::kNone;
};

// Plans all runs in a directory or below it, including those that were planned there but have not
// begun. The seeds of one pipeline in one directory are one search. Throws HostError if there are
// no runs, ConfigError if a stored pipeline does not resolve.
Plan PlanStored(const std::filesystem::path& directory, const StoredLoading& loading);

// Like PlanStored, but for viewing: loads no plugins, leaves out what cannot be read and adds the
// reasons to `damages`.
Plan PlanReadable(const std::filesystem::path& directory, std::vector<std::string>& damages);

// Loads the pipeline stored in a directory. A run needs all its components to continue: throws
// HostError with the remedy if some are unknown because their plugins are not allowed.
LoadedPipeline LoadStored(const std::filesystem::path& directory, const StoredLoading& loading);

}  // namespace lode::core
