// Loads plugin files into the process. A loaded plugin stays until the process ends, because its
// statics, threads or exceptions may still be in use: other plugin hosts regret unloading code.
#pragma once

#include <lode/plugin.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/plugin/catalog.h"
#include "core/plugin/declaration.h"

namespace lode::core {

inline constexpr char kPluginSuffix[] = ".lode.so";

// Who may own a plugin file besides root, the caller and the owner of this program: kUsual means
// nobody, kNamed means anybody if root has named the file on the command line.
enum class Trust { kUsual, kNamed };

// Returns why a file must not be loaded ("can be written by everyone", "belongs to user 1001"), or
// "" if it may be. Checks its directories in the same way. Runs none of its code.
std::string RefusalOf(const std::filesystem::path& file, Trust trust);

// Loads `file` and returns its table after checking the file's permissions, the entry symbol, the
// versions and the descriptor. Does not load a file twice. Thread-safe. Throws a HostError that
// names the file, the fault and the remedy.
const lode_plugin& LoadPlugin(const std::filesystem::path& file);

// Returns a component's declarations except its metrics; creates no instance.
ComponentDeclaration ReadComponent(const lode_component& component);

// Returns the declarations of a loaded plugin. Creates an instance of each oracle and space to
// learn its metrics.
PluginDeclaration ReadDeclaration(const std::filesystem::path& file, const lode_plugin& plugin);

// Loads the plugin that `catalog` names for a component and returns the component's table. Throws
// HostError.
const lode_component& LoadComponent(const Catalog& catalog, lode_kind kind, std::string_view id);

}  // namespace lode::core
