#include "plugins/files/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <lode/plugin.hpp>
#include <system_error>
#include <utility>

namespace files {
namespace {

// A file that was locked after its previous holder removed it is not a valid lock.
bool IsAt(const std::string& path, int file) {
  struct stat held {
  }, there{};
  return fstat(file, &held) == 0 && stat(path.c_str(), &there) == 0 &&
         held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

}  // namespace

std::optional<FileLock> FileLock::Try(const std::string& path) {
  // A directory that others may write to may contain a link to anywhere, or a pipe.
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
  if (file < 0)
    throw lode::IoError(path + ": cannot be created: " + std::generic_category().message(errno));
  if (flock(file, LOCK_EX | LOCK_NB) == 0 && IsAt(path, file)) return FileLock(path, file);
  close(file);
  return std::nullopt;
}

FileLock::FileLock(std::string path, int file) : path_(std::move(path)), file_(file) {}

FileLock::FileLock(FileLock&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

FileLock::~FileLock() {
  if (file_ < 0) return;
  unlink(path_.c_str());
  close(file_);
}

}  // namespace files
