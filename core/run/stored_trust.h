// Decides whose code a resumed pipeline may run.
#pragma once

#include <filesystem>

#include "core/run/load_pipeline.h"

namespace lode::core {

// Returns kOfFile for a directory of runs that only the caller can have written, since the plugins
// that it names are ones the caller has used. Otherwise kKnown.
AllowedPlugins PluginsToTrust(const std::filesystem::path& directory);

}  // namespace lode::core
