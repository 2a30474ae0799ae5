#include "core/store/run_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kPlanLockFile[] = "plan.lock";
constexpr std::chrono::seconds kLongestStart{10};  // of a program, on a busy machine

pid_t ReadHolder(int file) {
  char text[32] = {};
  return pread(file, text, sizeof text - 1, 0) > 0 ? std::atoi(text) : 0;
}

bool Lives(pid_t process) { return kill(process, 0) == 0 || errno == EPERM; }

// A process that is killed while it starts a program leaves a child that has its lock until the
// program runs. That takes a moment.
bool LockSoon(const Descriptor& file, const fs::path& path, Holders holders) {
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (!WithHostError([&] { return posix::TryLock(file, path, holders); })) {
    const pid_t holder = ReadHolder(file.get());
    if (holder <= 0 || Lives(holder) || std::chrono::steady_clock::now() > end) { return false; }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace

RunLock::RunLock(const fs::path& directory, Holders holders) {
  RefuseForeignLinks(directory);
  const fs::path path = directory / kLockFile;
  file_ = OpenToWrite(path);
  if (!LockSoon(file_, path, holders)) {
    throw HostError(directory.string() + ": process " + std::to_string(ReadHolder(file_.get())) +
                    " is working on this run");
  }
  const std::string id = std::to_string(getpid()) + "\n";
  if (ftruncate(file_.get(), 0) != 0 ||
      pwrite(file_.get(), id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    throw HostError(path.string() + ": cannot be written: " + std::strerror(errno));
  }
}

PlanLock::PlanLock(const fs::path& directory) {
  RefuseForeignLinks(directory);
  const fs::path path = directory / kPlanLockFile;
  file_ = OpenToWrite(path);
  WithHostError([&] { posix::Lock(file_, path); });
}

std::optional<pid_t> HolderOf(const fs::path& directory) {
  const fs::path path = directory / kLockFile;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const pid_t holder = file.is_open() ? ReadHolder(file.get()) : 0;
  // Trying the lock of a dead process does not keep others from getting it.
  if (holder <= 0 || !Lives(holder) ||
      WithHostError([&] { return posix::TryLock(file, path, Holders::kMany); })) {
    return std::nullopt;
  }
  return holder;
}

}  // namespace lode::core
