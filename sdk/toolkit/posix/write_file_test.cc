#include "toolkit/posix/write_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <lode/plugin.hpp>

#include "tests/temporary_directory.h"
#include "toolkit/files/read_file.h"

namespace lode::posix {
namespace {

std::size_t FilesIn(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(WriteFileTest, ReplacesAFileWhole) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "f";
  WriteFile(path, "a longer first text");
  WriteFile(path, "second");
  EXPECT_EQ(files::ReadFile(path, 100), "second");
  EXPECT_EQ(FilesIn(directory.path()), 1U);
}

TEST(WriteFileTest, OnlyTheRemainsOfWritersAreRemoved) {
  const TemporaryDirectory directory;
  for (const char* name : {"f", "f.aB3_xY", "f.lock", "f.longer1", "g.aB3_xY"}) {
    WriteFile(directory.path() / name, "x");
  }
  RemovePartsOf(directory.path() / "f");
  EXPECT_EQ(FilesIn(directory.path()), 4U);
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "f.aB3_xY"));
}

// The remains may be another file's second name, which must not change.
TEST(WriteFileTest, OneWriterReplacesTheRemainsOfAnother) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "f", other = directory.path() / "other";
  WriteFile(other, "untouched", Writers::kOne);
  std::filesystem::create_hard_link(other, path + ".partial");
  WriteFile(path, "new", Writers::kOne);
  EXPECT_EQ(files::ReadFile(path, 100), "new");
  EXPECT_EQ(files::ReadFile(other, 100), "untouched");
  EXPECT_EQ(FilesIn(directory.path()), 2U);
}

TEST(WriteFileTest, AMissingDirectoryIsAnErrorWithThePath) {
  try {
    WriteFile("/no/such/directory/f", "x");
    FAIL();
  } catch (const IoError& e) {
    EXPECT_STREQ(e.what(), "/no/such/directory/f: cannot be written: No such file or directory");
  }
}

TEST(WriteFileTest, AFileThatCannotBeFinishedLeavesTheOldOne) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "f";
  WriteFile(path, "old");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(WriteFile(path, std::string(2000, 'x')), IoError);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(files::ReadFile(path, 100), "old");
  EXPECT_EQ(FilesIn(directory.path()), 1U);
}

}  // namespace
}  // namespace lode::posix
