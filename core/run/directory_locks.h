// Holds the directories that runs are planned in.
#pragma once

#include <filesystem>
#include <list>
#include <vector>

#include "core/store/run_lock.h"

namespace lode::core {

// Absolute, without dots, and without a slash at its end.
std::filesystem::path NormalPath(const std::filesystem::path& path);

// Holds directories of runs, each once, as long as it lives: for one process, which may remove what
// is there, or for many that make or continue different runs.
class DirectoryLocks {
 public:
  // Makes those that are not there. Throws HostError with the other process's id if one is locked.
  // Waits for those who plan.
  explicit DirectoryLocks(std::vector<std::filesystem::path> directories,
                          RunLock::Holders holders = RunLock::Holders::kOne);

  // What is to be run is on the disk: from here on others may plan.
  void OnPlanned() { plans_.clear(); }

 private:
  std::list<RunLock> locks_;
  std::list<PlanLock> plans_;
};

}  // namespace lode::core
