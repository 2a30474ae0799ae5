// Locks the directories in which runs are planned.
#pragma once

#include <filesystem>
#include <list>
#include <vector>

#include "core/store/run_lock.h"

namespace lode::core {

// Returns the path as absolute, without dots and without a trailing slash.
std::filesystem::path NormalPath(const std::filesystem::path& path);

// Holds locks on directories of runs, one per directory, for its lifetime: either for one process,
// which may remove runs, or for several that make or continue different runs.
class DirectoryLocks {
 public:
  // Creates missing directories. Throws HostError with the other process's id if one is locked.
  // Waits for processes that are planning.
  explicit DirectoryLocks(std::vector<std::filesystem::path> directories,
                          Holders holders = Holders::kOne);

  // Call once the plan is on the disk: from here on other processes may plan.
  void OnPlanned() { plans_.clear(); }

 private:
  std::list<RunLock> locks_;
  std::list<PlanLock> plans_;
};

}  // namespace lode::core
