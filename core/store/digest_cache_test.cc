#include "core/store/digest_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/plugin/sha256.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

TEST(DigestCacheTest, FollowsTheContentsWheneverTheyWereWritten) {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "file", kept = directory.path() / "cache/digests.json";
  const auto write = [&](char c) {
    const std::string text(9 << 20, c);
    std::ofstream(file, std::ios::binary) << text;
    return Sha256(text);
  };
  const std::string first = write('a');
  EXPECT_EQ(DigestCache(kept).DigestOf(file), first);
  const std::string second = write('b');  // right away, with the same size
  EXPECT_EQ(DigestCache(kept).DigestOf(file), second);
  std::ofstream(directory.path() / "broken.json") << "{\"" << file.string() << "\": 7}";
  EXPECT_EQ(DigestCache(directory.path() / "broken.json").DigestOf(file), second);
  EXPECT_EQ(DigestCache({}).DigestOf(file), second);
}

}  // namespace
}  // namespace lode::core
