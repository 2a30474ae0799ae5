// Loads plugin files into the process. Once loaded a plugin stays until the process ends: unloading
// code whose statics, threads or exceptions may still be in use is what other plugin hosts regret.
#pragma once

#include <lode/plugin.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/plugin/catalog.h"
#include "core/plugin/declaration.h"

namespace lode::core {

inline constexpr char kPluginSuffix[] = ".lode.so";

// Whom a plugin file may belong to besides root, the caller and the owner of this program: to nobody, or
// if root has named it on the command line, to anybody.
enum class Trust { kUsual, kNamed };

// Why a file must not be loaded, before any of its code runs ("can be written by everyone", "belongs to
// user 1001"), or "" if it may be. The same is asked of the directories that it is in.
std::string RefusalOf(const std::filesystem::path& file, Trust trust);

// Loads `file` and returns its table after checking the file's permissions, the entry symbol, the
// versions and the descriptor. A file loaded before is not loaded again. Thread-safe. Throws
// HostError that names the file, what was found and what to do.
const lode_plugin& LoadPlugin(const std::filesystem::path& file);

// What a component declares but its metrics: no instance is made.
ComponentDeclaration ReadComponent(const lode_component& component);

// What a loaded plugin declares; makes one instance of each oracle to learn its metrics.
PluginDeclaration ReadDeclaration(const std::filesystem::path& file, const lode_plugin& plugin);

// Loads the plugin that `catalog` names for a component and returns the component's table. Throws
// HostError.
const lode_component& LoadComponent(const Catalog& catalog, lode_kind kind, std::string_view id);

}  // namespace lode::core
