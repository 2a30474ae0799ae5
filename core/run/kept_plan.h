// Plans runs that are found on the disk, as the searches that they belong to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/run/load_pipeline.h"
#include "core/run/plan.h"

namespace lode::core {

// Whether a path is a directory's, itself or below, by its names.
bool IsWithin(const std::filesystem::path& path, const std::filesystem::path& directory);

// The directories of all runs in a directory, itself or below: what to lock before planning them.
std::vector<std::filesystem::path> RootsIn(const std::filesystem::path& directory);

// The directories of the plans that runs in a directory may be of: those in it, and the first one
// above it, which is at most a pipeline's and a point's directory away.
std::vector<std::filesystem::path> PlansOf(const std::filesystem::path& directory);

// How a pipeline that is kept is loaded.
struct KeptLoading {
  std::vector<std::string> overrides{};          // PATH=VALUE, as --set has them
  std::vector<std::filesystem::path> plugins{};  // those that the caller names
  AllowedPlugins allowed = AllowedPlugins::kNone;
};

// Plans all runs in a directory, itself or below; also those that were planned there and have not
// begun. Seeds of one pipeline, in one directory, are one search. Throws HostError if there are none,
// ConfigError if a kept pipeline does not resolve.
Plan PlanKept(const std::filesystem::path& directory, const KeptLoading& loading);

// The same of what can be read, to look at it: without plugins. What cannot is left out, and `damages`
// says why.
Plan PlanReadable(const std::filesystem::path& directory, std::vector<std::string>& damages);

// Loads a pipeline that is kept in a directory. A run that is to continue needs all its components:
// throws HostError with the remedy if some are not known because plugins are not allowed.
LoadedPipeline LoadKept(const std::filesystem::path& directory, const KeptLoading& loading);

}  // namespace lode::core
