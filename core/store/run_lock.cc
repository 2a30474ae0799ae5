#include "core/store/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kLockFile[] = "lock";  // holds the process's id

pid_t ReadHolder(int file) {
  char text[32] = {};
  return pread(file, text, sizeof text - 1, 0) > 0 ? std::atoi(text) : 0;
}

}  // namespace

RunLock::RunLock(const fs::path& directory) {
  const fs::path path = directory / kLockFile;
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) {
    throw HostError(path.string() + ": cannot be opened: " + std::strerror(errno));
  }
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    const pid_t holder = ReadHolder(file_);
    close(file_);
    throw HostError(reason == EWOULDBLOCK
                        ? directory.string() + ": process " + std::to_string(holder) +
                              " is working on this run"
                        : path.string() + ": cannot be locked: " + std::strerror(reason));
  }
  const std::string id = std::to_string(getpid()) + "\n";
  if (ftruncate(file_, 0) != 0 ||
      pwrite(file_, id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    const int reason = errno;
    close(file_);
    throw HostError(path.string() + ": cannot be written: " + std::strerror(reason));
  }
}

RunLock::~RunLock() { close(file_); }

std::optional<pid_t> LockHolder(const fs::path& directory) {
  const int file = open((directory / kLockFile).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return std::nullopt;
  }
  const bool locked = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  const pid_t holder = locked ? ReadHolder(file) : 0;
  close(file);
  return locked ? std::optional(holder) : std::nullopt;
}

}  // namespace lode::core
