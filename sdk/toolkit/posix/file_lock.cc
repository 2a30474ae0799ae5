#include "toolkit/posix/file_lock.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "toolkit/posix/open_to_write.h"
#include "toolkit/posix/write_file.h"

namespace lode::posix {
namespace {

// Returns false if somebody else has the lock.
bool IsLocked(const Descriptor& file, const std::filesystem::path& path, int operation) {
  while (flock(file.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) { return false; }
    if (errno != EINTR) { ThrowIoError(path, "cannot be locked", errno); }
  }
  return true;
}

// A file that was locked after its previous holder removed it is not a valid lock.
bool IsAt(const std::filesystem::path& path, const Descriptor& file) {
  struct stat held {
  }, there{};
  return fstat(file.get(), &held) == 0 && stat(path.c_str(), &there) == 0 &&
         held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

}  // namespace

bool TryLock(const Descriptor& file, const std::filesystem::path& path, Holders holders) {
  return IsLocked(file, path, (holders == Holders::kOne ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

void Lock(const Descriptor& file, const std::filesystem::path& path) {
  IsLocked(file, path, LOCK_EX);
}

std::optional<FileLock> FileLock::Try(const std::filesystem::path& path) {
  Descriptor file = OpenToWrite(path);
  if (!TryLock(file, path, Holders::kOne) || !IsAt(path, file)) { return std::nullopt; }
  return FileLock(path, std::move(file));
}

FileLock::FileLock(std::filesystem::path path, Descriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

FileLock::~FileLock() {
  if (file_.is_open()) { unlink(path_.c_str()); }
}

}  // namespace lode::posix
