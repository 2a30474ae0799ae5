// Locks between runs, in one process or several.
#pragma once

#include <optional>
#include <string>

namespace files {

// Holds a lock file while the object lives, and then removes it. However the process ends, the lock
// becomes free.
class FileLock {
 public:
  // Returns nothing if another holder has it. Throws lode::IoError if the file cannot be created.
  static std::optional<FileLock> Try(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  FileLock(std::string path, int file);

  std::string path_;
  int file_;  // -1: moved-from
};

}  // namespace files
