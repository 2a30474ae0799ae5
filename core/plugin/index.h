// Knows which plugins exist and what they declare, without loading them. Each file is loaded once,
// in a child process, so that a crash is a finding and does not crash the program. A cache file
// keeps the declarations until the plugin file changes.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/catalog.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// Files or directories.
struct SearchPath {
  std::vector<std::filesystem::path> named;  // by the user: must exist and load
  // Searched if they exist; broken plugins there are warnings.
  std::vector<std::filesystem::path> directories;
  std::vector<std::filesystem::path> own{};  // named by a pipeline: must exist and load
};

// Searches `named` (from --plugin), then `own` (of a pipeline), then LODE_PLUGIN_PATH, then the
// directory that belongs to the running program. Ignores the environment in a program with raised
// privileges. Never searches the current directory.
SearchPath MakeSearchPath(const std::vector<std::filesystem::path>& named,
                          const std::vector<std::filesystem::path>& own = {});

// Returns $XDG_CACHE_HOME/lode/plugins.json or ~/.cache/lode/plugins.json. Empty without $HOME;
// then nothing is cached.
std::filesystem::path IndexCacheFile();

// The limits of the process that loads a plugin file to describe it. A plugin that exceeds them is
// broken.
struct ScanLimits {
  std::chrono::milliseconds time = std::chrono::seconds(60);
  std::size_t memory = std::size_t{4} << 30;    // bytes
  std::size_t printed = std::size_t{16} << 20;  // bytes, to standard output and error
};

class PluginIndex : public Catalog {
 public:
  // Reads the cache, scans new and changed files, drops files that are gone, writes the cache back.
  // Throws HostError if a named plugin cannot be used. A fault of a file in a searched directory
  // affects only that file: it is listed in broken(), and logged when it is found. If the cache
  // cannot be read or written, only time is lost.
  PluginIndex(const SearchPath& path, const std::filesystem::path& cache_file,
              const ScanLimits& limits = {});

  struct Broken {
    std::filesystem::path file;
    std::string reason;
  };

  // In search order. Of two components with the same kind and ID, the first one counts.
  const std::vector<PluginDeclaration>& plugins() const { return plugins_; }
  const std::vector<Broken>& broken() const { return broken_; }

  const ComponentDeclaration* Find(lode_kind kind, std::string_view id) const override;
  const PluginDeclaration* PluginOf(const ComponentDeclaration& component) const override;
  std::vector<std::string> Ids(lode_kind kind) const override;

 private:
  std::vector<PluginDeclaration> plugins_;
  std::vector<Broken> broken_;
};

}  // namespace lode::core
