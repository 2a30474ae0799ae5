// Locks between runs, in one process or several. However a process ends, its locks become free.
// Errors are thrown as lode::IoError, with the path first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "toolkit/posix/descriptor.h"

namespace lode::posix {

enum class Holders { kOne, kMany };

// Locks an open file for its one holder or for many, until the descriptor is closed. Returns false
// if somebody else has a lock that excludes this one. `path` is the file's.
bool TryLock(const Descriptor& file, const std::filesystem::path& path, Holders holders);

// The same for one holder, but waits for the lock.
void Lock(const Descriptor& file, const std::filesystem::path& path);

// Holds a lock file while the object lives, and then removes it.
class FileLock {
 public:
  // Returns nothing if another holder has it. Also throws if the file cannot be created, or as
  // OpenToWrite does.
  static std::optional<FileLock> Try(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept = default;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  FileLock(std::filesystem::path path, Descriptor file);

  std::filesystem::path path_;
  Descriptor file_;  // closed: moved-from
};

}  // namespace lode::posix
