// Only one process at a time works on a run's directory; several may work in a directory of runs.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "toolkit/posix/file_lock.h"

namespace lode::core {

inline constexpr char kLockFile[] = "lock";  // in a run's directory, with the process ID

using posix::Holders;

// Holds the lock until it is destroyed. The system releases the lock however the process ends.
class RunLock {
 public:
  // Throws HostError with the other process's ID if the directory is locked for one, or for many
  // and `holders` is kOne.
  explicit RunLock(const std::filesystem::path& directory, Holders holders = Holders::kOne);

 private:
  posix::Descriptor file_;
};

// Holds the lock for planning or listing runs in a directory until it is destroyed. Waits if
// another process holds it.
class PlanLock {
 public:
  explicit PlanLock(const std::filesystem::path& directory);

 private:
  posix::Descriptor file_;
};

// Returns the process that works on a run, if there is one.
std::optional<pid_t> HolderOf(const std::filesystem::path& directory);

}  // namespace lode::core
