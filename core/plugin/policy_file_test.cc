#include "core/plugin/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "core/plugin/checksum.h"
#include "core/plugin/error.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

PolicySpace Tower() {
  return {"tower",
          {{"stages", "4"}, {"table", "\"a.csv\""}},
          {{"kernel", {"stage 1", "stage 2"}, {"k3", "k5", "k7"}}}};
}

// ---- spaces

TEST(PolicySpaceTest, EqualSpacesHaveNoDifference) {
  EXPECT_EQ(DifferenceOfSpaces(Tower(), Tower()), "");
}

TEST(PolicySpaceTest, TheFirstDifferenceIsNamed) {
  const auto difference = [](auto&& change) {
    PolicySpace here = Tower();
    change(here);
    return DifferenceOfSpaces(Tower(), here);
  };
  EXPECT_EQ(difference([](PolicySpace& s) { s.name = "ofa"; }),
            "space 'tower', this search is in space 'ofa'");
  EXPECT_EQ(difference([](PolicySpace& s) { s.parameters[0].second = "5"; }),
            "space 'tower' with stages = 4, this search has stages = 5");
  EXPECT_EQ(difference([](PolicySpace& s) { s.parameters.pop_back(); }),
            "space 'tower' with table = \"a.csv\", this search has no table");
  EXPECT_EQ(difference([](PolicySpace& s) { s.parameters.emplace_back("skips", "true"); }),
            "space 'tower' with no skips, this search has skips = true");
  EXPECT_EQ(difference([](PolicySpace& s) { s.matrices.push_back(s.matrices[0]); }),
            "space 'tower' with 1 matrix, this search has 2 matrices");
  EXPECT_EQ(difference([](PolicySpace& s) { s.matrices[0].column_labels.pop_back(); }),
            "space 'tower' with matrix 'kernel' of 2 x 3, this search has matrix 'kernel' of 2 x "
            "2");
  EXPECT_EQ(difference([](PolicySpace& s) { s.matrices[0].column_labels[2] = "k9"; }),
            "space 'tower' with 'k7' as column 3 of matrix 'kernel', this search has 'k9'");
  EXPECT_EQ(difference([](PolicySpace& s) { s.matrices[0].row_labels[1] = "x"; }),
            "space 'tower' with 'stage 2' as row 2 of matrix 'kernel', this search has 'x'");
}

TEST(PolicySpaceTest, IsReadAsItWasWritten) {
  EXPECT_EQ(DifferenceOfSpaces(ParsePolicySpace(FormatPolicySpace(Tower())), Tower()), "");
}

// ---- files

class PolicyFileTest : public testing::Test {
 protected:
  std::string Bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Policy Read(const std::string& bytes) const {
    std::ofstream(file_, std::ios::binary) << bytes;
    return ReadPolicy(file_);
  }

  // Appends the checksum of everything before it.
  static std::string Sealed(std::string bytes) {
    const std::uint64_t checksum = ChecksumOf(bytes);
    for (int i = 0; i < 8; ++i) { bytes += static_cast<char>(checksum >> (8 * i)); }
    return bytes;
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "policy";
};

TEST_F(PolicyFileTest, HoldsTheDataAndTheSpace) {
  const std::string saved("weights\0\xFF{", 10);
  WritePolicy(file_, saved, Tower());
  const Policy policy = ReadPolicy(file_);
  EXPECT_EQ(policy.saved, saved);
  EXPECT_TRUE(policy.has_checksum);
  ASSERT_TRUE(policy.space);
  EXPECT_EQ(DifferenceOfSpaces(*policy.space, Tower()), "");
}

TEST_F(PolicyFileTest, FilesOfEarlierVersionsAreRead) {
  const Policy bare = Read("weights");
  EXPECT_EQ(bare.saved, "weights");
  EXPECT_FALSE(bare.has_checksum || bare.space);
  const Policy sealed = Read(Sealed("weights\nlode-64"));
  EXPECT_EQ(sealed.saved, "weights");
  EXPECT_TRUE(sealed.has_checksum);
  EXPECT_FALSE(sealed.space);
}

TEST_F(PolicyFileTest, AnyFlippedBitOfTheContentsIsNoticed) {
  WritePolicy(file_, "weights", Tower());
  const std::string whole = Bytes();
  for (std::size_t at = 0; at + 16 < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_THAT([&] { Read(damaged); }, ThrowsMessage<HostError>(HasSubstr("is damaged")));
  }
}

TEST_F(PolicyFileTest, ASpaceThatCannotBeReadIsRefused) {
  const std::string size("\x02\0\0\0\0\0\0\0", 8), huge("\xFF\0\0\0\0\0\0\0", 8);
  EXPECT_THAT([&] { Read(Sealed("weights[]" + size + "\nlode-sp")); },
              ThrowsMessage<HostError>(HasSubstr("is damaged: its space cannot be read")));
  EXPECT_THAT([&] { Read(Sealed("[]" + huge + "\nlode-sp")); },
              ThrowsMessage<HostError>(HasSubstr("its space is longer than the file")));
}

}  // namespace
}  // namespace lode::core
