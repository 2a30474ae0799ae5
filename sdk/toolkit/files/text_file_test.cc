#include "toolkit/files/text_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <lode/plugin.hpp>

#include "tests/failure.h"
#include "tests/gzip.h"
#include "tests/temporary_directory.h"

namespace lode::files {
namespace {

namespace fs = std::filesystem;

// Text that compresses only moderately.
std::string Numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) { text += std::to_string(i % 10007 * 7919 % 10007) + "\n"; }
  return text;
}

std::string UnpackFailure(const std::string& bytes, std::size_t max = kMaxBytes) {
  return Failure<IoError>([&] { Unpack(bytes, "T", max); });
}

class TextFile : public testing::Test {
 protected:
  std::string Write(const std::string& content) const {
    return directory_.Write("table", content).string();
  }
  static std::string ReadFailure(const std::string& path) {
    return Failure<IoError>([&] { ReadTextFile(path); });
  }
  TemporaryDirectory directory_;
};

TEST_F(TextFile, IsReadPlainAndGzip) {
  const std::string text = Numbers(3'000'000);
  EXPECT_EQ(ReadTextFile(Write(text)), text);
  EXPECT_EQ(ReadTextFile(Write(Gzip(text))), text);
  EXPECT_EQ(ReadTextFile(Write("")), "");
  EXPECT_EQ(ReadTextFile(Write(Gzip(""))), "");
}

TEST_F(TextFile, IsReadFromGzipOfSeveralMembers) {
  EXPECT_EQ(Unpack(Gzip("one\n") + Gzip("") + Gzip("two\n"), "T"), "one\ntwo\n");
}

TEST_F(TextFile, ReadingCanBeCancelled) {
  const std::string text = Numbers(3'000'000);
  for (const std::string& path : {Write(text), Write(Gzip(text))}) {
    int polls = 0;
    EXPECT_THROW(ReadTextFile(path,
                              [&] {
                                if (++polls == 3) { throw CancelledError(); }
                              }),
                 CancelledError);
  }
}

// ---- gzip

TEST_F(TextFile, RefusesGzipThatIsTruncatedAnywhere) {
  const std::string packed = Gzip(Numbers(100'000));
  for (const std::size_t size : {std::size_t{2}, std::size_t{10}, packed.size() / 2,
                                 packed.size() - 9, packed.size() - 8, packed.size() - 1}) {
    EXPECT_EQ(UnpackFailure(packed.substr(0, size)), "T: the gzip data is truncated") << size;
  }
}

TEST_F(TextFile, RefusesDamagedGzip) {
  const std::string packed = Gzip(Numbers(100'000));
  std::string crc = packed;
  crc[crc.size() - 6] ^= 1;
  EXPECT_EQ(UnpackFailure(crc), "T: the gzip data is damaged: incorrect data check");
  std::string method = packed;
  method[2] = 7;
  EXPECT_EQ(UnpackFailure(method), "T: the gzip data is damaged: unknown compression method");
  EXPECT_EQ(UnpackFailure(packed + "more"), "T: has other data after the end of its gzip data");
}

TEST_F(TextFile, RefusesTextBeyondTheLimit) {
  const std::string text(9 << 20, 'a');
  EXPECT_EQ(Unpack(Gzip(text), "T", text.size()), text);
  EXPECT_EQ(UnpackFailure(Gzip(text), text.size() - 1),
            "T: unpacks to more than 8 MiB, not a table");
}

TEST_F(TextFile, DoesNotTrustTheClaimedSize) {
  std::string packed = Gzip("short");
  packed.replace(packed.size() - 4, 4, "\xff\xff\xff\x7f");
  EXPECT_EQ(UnpackFailure(packed), "T: the gzip data is damaged: incorrect length check");
}

// ---- files

TEST_F(TextFile, RefusesUnreadableFiles) {
  EXPECT_EQ(ReadFailure("/nonexistent/t.tsv"), "/nonexistent/t.tsv: No such file or directory");
  EXPECT_EQ(ReadFailure("/"), "/: is a directory, expected a file");
  EXPECT_EQ(ReadFailure("/dev/null"), "/dev/null: is not a regular file");
  const std::string pipe = (directory_.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReadFailure(pipe), pipe + ": is not a regular file");
}

TEST_F(TextFile, RefusesAFileWithoutPermission) {
  if (geteuid() == 0) { GTEST_SKIP() << "root may read everything"; }
  const std::string path = Write("text\n");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  EXPECT_EQ(ReadFailure(path), path + ": Permission denied");
}

TEST_F(TextFile, RefusesAHugeFileWithoutReadingIt) {
  const std::string path = Write("");
  fs::resize_file(path, kMaxBytes + 1);  // sparse
  EXPECT_EQ(ReadFailure(path), path + ": larger than 1024 MiB, not a table");
}

}  // namespace
}  // namespace lode::files
