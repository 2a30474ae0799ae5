// One process at a time works on a run's directory.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace lode::core {

// Held as long as it lives, and given back by the system however the process ends.
class RunLock {
 public:
  // Throws HostError with the other process's id if the directory is locked.
  explicit RunLock(const std::filesystem::path& directory);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int file_ = -1;
};

// Which process holds the lock of a directory; none: nobody.
std::optional<pid_t> LockHolder(const std::filesystem::path& directory);

}  // namespace lode::core
