#include "core/store/run_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/plugin/error.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

// Returns the ID of a process that has ended.
pid_t DeadProcess() {
  const pid_t child = fork();
  if (child == 0) { _exit(0); }
  waitpid(child, nullptr, 0);
  return child;
}

class RunLockTest : public testing::Test {
 protected:
  // Locks the directory in the name of a process; the lock belongs to the descriptor.
  posix::Descriptor Hold(pid_t process) const {
    const auto file = directory_.path() / "lock";
    std::ofstream(file) << process << "\n";
    posix::Descriptor held(open(file.c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_EQ(flock(held.get(), LOCK_EX | LOCK_NB), 0);
    return held;
  }

  const TemporaryDirectory directory_;
};

TEST_F(RunLockTest, ALivingHolderIsNamedAtOnce) {
  const posix::Descriptor held = Hold(getpid());
  EXPECT_THAT(lode::Failure<HostError>([&] { RunLock lock(directory_.path()); }),
              HasSubstr("process " + std::to_string(getpid()) + " is working on this run"));
}

// Such a child has not yet become the program that its dead parent was starting.
TEST_F(RunLockTest, AChildOfADeadHolderIsWaitedFor) {
  posix::Descriptor held = Hold(DeadProcess());
  std::thread child([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    held = posix::Descriptor();
  });
  EXPECT_NO_THROW(RunLock lock(directory_.path()));
  child.join();
  EXPECT_EQ(HolderOf(directory_.path()), std::nullopt);
}

}  // namespace
}  // namespace lode::core
