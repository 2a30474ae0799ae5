#include "core/run/stored_trust.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <system_error>
#include <vector>

#include "core/run/stored_plan.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns whether only the caller can have written the file.
bool IsCallers(const fs::path& file) {
  struct stat info {};
  return lstat(file.c_str(), &info) == 0 && info.st_uid == geteuid() &&
         (info.st_mode & S_IWOTH) == 0 && !S_ISLNK(info.st_mode);
}

// Returns whether that is true of a directory and of the files in it that name plugins.
bool AreCallers(const fs::path& directory) {
  return IsCallers(directory) &&
         std::ranges::all_of(std::array{kPipelineFile, kPlanFile}, [&](const char* name) {
           std::error_code error;
           return !fs::exists(directory / name, error) || IsCallers(directory / name);
         });
}

}  // namespace

AllowedPlugins PluginsToTrust(const fs::path& directory) {
  const fs::path root = fs::weakly_canonical(directory);
  std::vector<fs::path> kept = FindRuns(root);
  kept.push_back(root);
  std::ranges::copy(PlansOf(root), std::back_inserter(kept));
  return std::ranges::all_of(kept, AreCallers) ? AllowedPlugins::kOfFile : AllowedPlugins::kKnown;
}

}  // namespace lode::core
