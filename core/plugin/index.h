// Which plugins there are and what they declare, without loading them: each file is loaded once in
// a child process, so that one that crashes is a finding and not a crash, and what it declares is
// kept in a cache file until the file changes.
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
  std::vector<std::filesystem::path>
      directories;  // searched if they exist; what is broken there is a warning
  std::vector<std::filesystem::path> own{};  // named by a pipeline: must exist and load
};

// `named` (from --plugin), then `own` (of a pipeline), then LODE_PLUGIN_PATH, then the directory that belongs
// to the running program. The environment is ignored in a program with raised privileges. The
// current directory is never searched.
SearchPath MakeSearchPath(const std::vector<std::filesystem::path>& named,
                          const std::vector<std::filesystem::path>& own = {});

// $XDG_CACHE_HOME/lode/plugins.json, or ~/.cache/lode/plugins.json. Empty without $HOME: nothing is
// cached then.
std::filesystem::path IndexCacheFile();

// What the process may take that loads a plugin file to describe it. One that takes more is broken.
struct ScanLimits {
  std::chrono::milliseconds time = std::chrono::seconds(60);
  std::size_t memory = std::size_t{4} << 30;    // bytes
  std::size_t printed = std::size_t{16} << 20;  // bytes, to standard output and error
};

class PluginIndex : public Catalog {
 public:
  // Reads the cache, scans what is new or changed, drops files that are gone, writes the cache back.
  // Throws HostError if a named plugin cannot be used. What is wrong with a file in a searched
  // directory costs that file only: it is listed in broken(), and logged when it is found out. A
  // cache that cannot be read or written costs time only.
  PluginIndex(const SearchPath& path, const std::filesystem::path& cache_file,
              const ScanLimits& limits = {});

  struct Broken {
    std::filesystem::path file;
    std::string reason;
  };

  // In search order. Of two components of one kind and id the first one counts.
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
