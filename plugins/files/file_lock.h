// Locks between runs, in one process or several.
#pragma once

#include <optional>
#include <string>

namespace files {

// Holds a lock file while it lives, and removes it then. However the process ends, the lock is free
// again.
class FileLock {
 public:
  // Nothing if another one holds it. Throws lode::IoError if the file cannot be made.
  static std::optional<FileLock> Try(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  FileLock(std::string path, int file);

  std::string path_;
  int file_;  // -1: moved from
};

}  // namespace files
