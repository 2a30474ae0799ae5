// Whose code a resumed pipeline may run.
#pragma once

#include <filesystem>

#include "core/run/load_pipeline.h"

namespace lode::core {

// kOfFile for a directory of runs that nobody but the caller can have written: the plugins that it names
// are those that the caller has used. Else kKnown.
AllowedPlugins PluginsToTrust(const std::filesystem::path& directory);

}  // namespace lode::core
