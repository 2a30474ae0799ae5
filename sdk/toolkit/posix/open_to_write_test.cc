#include "toolkit/posix/open_to_write.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <lode/plugin.hpp>
#include <string>

#include "tests/temporary_directory.h"

namespace lode::posix {
namespace {

namespace fs = std::filesystem;

// Returns the error's text without the directory, or "" if there is none.
std::string FaultOf(const std::function<void()>& action, const fs::path& directory) {
  try {
    action();
    return "";
  } catch (const IoError& e) {
    const std::string text = e.what(), begin = directory.string() + "/";
    return text.starts_with(begin) ? text.substr(begin.size()) : text;
  }
}

class OpenToWriteTest : public testing::Test {
 protected:
  std::string Fault(const char* name) const {
    return FaultOf([&] { OpenToWrite(directory_.path() / name); }, directory_.path());
  }

  const TemporaryDirectory directory_;
};

TEST_F(OpenToWriteTest, CreatesAFileAndKeepsAnExistingOne) {
  std::ofstream(directory_.path() / "kept") << "text";
  EXPECT_EQ(Fault("new"), "");
  EXPECT_EQ(Fault("kept"), "");
  EXPECT_EQ(fs::file_size(directory_.path() / "kept"), 4U);
  EXPECT_EQ(Fault("no/such"), "no/such: cannot be opened: No such file or directory");
}

TEST_F(OpenToWriteTest, RefusesWhatLeadsElsewhere) {
  std::ofstream(directory_.path() / "file");
  fs::create_symlink("file", directory_.path() / "link");
  fs::create_symlink("missing", directory_.path() / "dangling");
  fs::create_hard_link(directory_.path() / "file", directory_.path() / "second");
  mkfifo((directory_.path() / "pipe").c_str(), 0600);
  EXPECT_EQ(Fault("link"), "link: is a link, and links are not followed here");
  EXPECT_EQ(Fault("dangling"), "dangling: is a link, and links are not followed here");
  EXPECT_FALSE(fs::exists(directory_.path() / "missing"));
  EXPECT_EQ(Fault("second"), "second: has a second name (a hard link), which would change, too");
  EXPECT_EQ(Fault("pipe"), "pipe: is not a regular file");
}

TEST_F(OpenToWriteTest, MakesDirectoriesWithTheirParents) {
  MakeDirectories(directory_.path() / "a/b/../c");
  EXPECT_TRUE(fs::is_directory(directory_.path() / "a/c"));
  std::ofstream(directory_.path() / "file");
  EXPECT_NE(FaultOf([&] { MakeDirectories(directory_.path() / "file/below"); }, directory_.path()),
            "");
}

}  // namespace
}  // namespace lode::posix
