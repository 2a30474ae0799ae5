#include "toolkit/files/archive.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <lode/plugin.hpp>

#include "tests/temporary_directory.h"
#include "toolkit/files/text_file.h"

namespace lode::files {
namespace {

namespace fs = std::filesystem;

class Archive : public testing::Test {
 protected:
  fs::path Write(const std::string& name, const std::string& bytes) const {
    return directory_.Write(name, bytes);
  }
  // Makes a file from "inside" with `command`, in the directory.
  fs::path Make(const std::string& command, const std::string& name) const {
    Write("inside", "a,b\n1,2\n");
    const std::string line = "cd " + directory_.path().string() + " && " + command;
    EXPECT_EQ(std::system(line.c_str()), 0) << line;  // NOLINT
    return directory_.path() / name;
  }
  std::string Advice(const std::string& kind, const std::string& command,
                     const std::string& name) const {
    return "is a " + kind + " archive: unpack it with `" + command + " " +
           (directory_.path() / name).string() + " -C " + directory_.path().string() + "`";
  }
  TemporaryDirectory directory_;
};

TEST_F(Archive, IsRecognizedByContentAndNotByName) {
  EXPECT_EQ(ArchiveAdvice(Make("tar -cf data inside", "data")), Advice(".tar", "tar -xf", "data"));
  EXPECT_EQ(ArchiveAdvice(Make("tar -czf data.csv inside", "data.csv")),
            Advice(".tar.gz", "tar -xzf", "data.csv"));
  EXPECT_EQ(ArchiveAdvice(Make("gzip -k inside", "inside.gz")), "");
  EXPECT_EQ(ArchiveAdvice(directory_.path() / "inside"), "");
  EXPECT_EQ(ArchiveAdvice(Write("a", "PK\x03\x04...")),
            "is a .zip archive: unpack it with `unzip " + (directory_.path() / "a").string() +
                " -d " + directory_.path().string() + "`");
}

// Recognized by their first bytes: these programs may not be installed.
TEST_F(Archive, OfOtherCompressorsIsRecognized) {
  const std::string xz(
      "\xfd"
      "7zXZ\0.",
      7);
  EXPECT_EQ(ArchiveAdvice(Write("a.tar.xz", xz)), Advice(".tar.xz", "tar -xJf", "a.tar.xz"));
  EXPECT_EQ(ArchiveAdvice(Write("a.txz", xz)), Advice(".tar.xz", "tar -xJf", "a.txz"));
  EXPECT_EQ(ArchiveAdvice(Write("a.csv.xz", xz)), "is a .xz archive: unpack it with `unxz -k " +
                                                      (directory_.path() / "a.csv.xz").string() +
                                                      "`");
  EXPECT_EQ(ArchiveAdvice(Write("a.tar.bz2", "BZh9")), Advice(".tar.bz2", "tar -xjf", "a.tar.bz2"));
  EXPECT_EQ(ArchiveAdvice(Write("empty", "")), "");
}

TEST_F(Archive, ReadAsATableGivesAdviceToUnpackIt) {
  const fs::path file = Make("tar -czf results.tgz inside", "results.tgz");
  try {
    ReadTextFile(file.string());
    ADD_FAILURE() << "reads it";
  } catch (const IoError& e) {
    EXPECT_EQ(e.what(), file.string() + ": " + Advice(".tar.gz", "tar -xzf", "results.tgz"));
  }
}

}  // namespace
}  // namespace lode::files
