#include "core/plugin/sha256.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/plugin/error.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

// FIPS 180-4, examples.
TEST(Sha256Test, MatchesTheStandard) {
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256Test, OfAFileHashesItsContents) {
  const TemporaryDirectory directory;
  const std::string text(1'000'000, 'a');  // more than one piece
  std::ofstream(directory.path() / "file") << text;
  EXPECT_EQ(Sha256OfFile(directory.path() / "file"),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_THROW(Sha256OfFile(directory.path() / "nothing"), HostError);
  EXPECT_THROW(Sha256OfFile(directory.path()), HostError);
}

}  // namespace
}  // namespace lode::core
