// Runs found on the disk, as the searches that they belong to.
#pragma once

#include <filesystem>

#include "core/cli/plan.h"

namespace lode::cli {

// Whether a path is a directory's, itself or below, by its names.
bool IsWithin(const std::filesystem::path& path, const std::filesystem::path& directory);

// The directories of all runs in a directory, itself or below: what to lock before planning them.
std::vector<std::filesystem::path> RootsIn(const std::filesystem::path& directory);

// The directories of the plans that runs in a directory may be of: those in it, and the first one
// above it, which is at most a pipeline's and a point's directory away.
std::vector<std::filesystem::path> PlansOf(const std::filesystem::path& directory);

// Plans all runs in a directory, itself or below; those too that were planned there and have not
// begun. Seeds of one pipeline, in one directory, are one search. Throws HostError if there are none,
// ConfigError if a kept pipeline does not resolve.
Plan PlanOf(const std::filesystem::path& directory, const std::vector<std::string>& overrides,
            const GlobalOptions& global, Plugins plugins);

// The same of what can be read, to look at it: without plugins. What cannot is left out, and `damages`
// says why.
Plan ReadablePlanOf(const std::filesystem::path& directory, std::vector<std::string>& damages);

// Loads a pipeline that is kept in a directory. A run that is to go on needs all its components: throws
// HostError with the remedy if some are not known because `plugins` leaves them out.
LoadedPipeline LoadKept(const std::filesystem::path& directory,
                        const std::vector<std::string>& overrides, const GlobalOptions& global,
                        Plugins plugins);

}  // namespace lode::cli
