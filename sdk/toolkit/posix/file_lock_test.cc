#include "toolkit/posix/file_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <lode/plugin.hpp>
#include <string>

#include "tests/temporary_directory.h"
#include "toolkit/posix/open_to_write.h"

namespace lode::posix {
namespace {

class FileLockTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() / "lock";
};

TEST_F(FileLockTest, HasOneHolderAndLeavesNothing) {
  {
    const auto one = FileLock::Try(path_);
    ASSERT_TRUE(one);
    EXPECT_FALSE(FileLock::Try(path_));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  EXPECT_TRUE(FileLock::Try(path_));
}

TEST_F(FileLockTest, OfAProcessThatEndedIsFree) {
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::Try(path_);
    _exit(lock ? 0 : 1);  // without removing it
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(FileLock::Try(path_));
}

TEST_F(FileLockTest, ManyHoldersExcludeOneAndOneExcludesAll) {
  const Descriptor first = OpenToWrite(path_), second = OpenToWrite(path_);
  Descriptor third = OpenToWrite(path_);
  EXPECT_TRUE(TryLock(first, path_, Holders::kMany));
  EXPECT_TRUE(TryLock(third, path_, Holders::kMany));
  EXPECT_FALSE(TryLock(second, path_, Holders::kOne));
  third.Close();
  EXPECT_TRUE(TryLock(first, path_, Holders::kOne));
  EXPECT_FALSE(TryLock(second, path_, Holders::kMany));
}

TEST_F(FileLockTest, ThatCannotBeLockedIsAnErrorWithThePath) {
  try {
    TryLock(Descriptor(), path_, Holders::kOne);
    FAIL();
  } catch (const IoError& e) {
    EXPECT_EQ(e.what(), path_ + ": cannot be locked: Bad file descriptor");
  }
}

TEST_F(FileLockTest, ThatCannotBeCreatedIsAnError) {
  EXPECT_THROW(FileLock::Try("/no/such/directory/lock"), IoError);
}

}  // namespace
}  // namespace lode::posix
