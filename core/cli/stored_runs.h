// Runs found on the disk, as the searches that they belong to.
#pragma once

#include <filesystem>

#include "core/cli/jobs.h"

namespace lode::cli {

// Plans all runs in a directory, itself or below. Seeds of one pipeline, in one directory, are one
// search. Throws HostError if there are none, ConfigError if a kept pipeline does not resolve.
Plan PlanOf(const std::filesystem::path& directory, const std::vector<std::string>& overrides,
            const GlobalOptions& global, Plugins plugins);

// Loads a pipeline that is kept in a directory. A run that is to go on needs all its components: throws
// HostError with the remedy if some are not known because `plugins` leaves them out.
LoadedPipeline LoadKept(const std::filesystem::path& directory,
                        const std::vector<std::string>& overrides, const GlobalOptions& global,
                        Plugins plugins);

}  // namespace lode::cli
