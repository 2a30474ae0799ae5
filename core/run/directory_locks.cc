#include "core/run/directory_locks.h"

#include <algorithm>

#include "core/plugin/durable_file.h"

namespace lode::core {

std::filesystem::path NormalPath(const std::filesystem::path& path) {
  const std::filesystem::path normal = std::filesystem::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

DirectoryLocks::DirectoryLocks(std::vector<std::filesystem::path> directories, Holders holders) {
  std::ranges::transform(directories, directories.begin(), NormalPath);
  std::ranges::sort(directories);
  directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
  for (const std::filesystem::path& directory : directories) {
    MakeDirectories(directory);
    locks_.emplace_back(directory, holders);
    if (holders == Holders::kMany) { plans_.emplace_back(directory); }
  }
}

}  // namespace lode::core
