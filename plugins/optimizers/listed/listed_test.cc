#include "plugins/optimizers/listed/listed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <lode/testing.hpp>
#include <string>
#include <vector>

#include "tests/built.h"

namespace listed {
namespace {

using lode::test::Grid;
using lode::test::TestHost;
using testing::ElementsAre;
using testing::HasSubstr;

class ListedTest : public testing::Test {
 protected:
  Listed Make(const std::string& text, std::int64_t limit = 0) {
    std::ofstream(file_) << text;
    Listed listed(host_.host(), {.architectures = file_, .limit = limit});
    listed.Bind(space_.space());
    return listed;
  }

  // Returns all proposals, as text.
  std::vector<std::string> Proposals(Listed listed) {
    std::vector<std::string> proposals;
    while (!listed.Exhausted()) { proposals.push_back(space_.space().Format(listed.Ask())); }
    return proposals;
  }

  // Returns the error for a file that is refused.
  std::string Refusal(const std::string& text) {
    try {
      Make(text);
      return "takes it";
    } catch (const lode::Error& e) { return e.what(); }
  }

  const lode::test::TemporaryDirectory directory_;
  const std::string file_ = (directory_.path() / "list.tsv").string();
  Grid space_{3, 3};
  TestHost host_;
};

TEST_F(ListedTest, ProposesEachArchitectureOnceInOrder) {
  EXPECT_THAT(Proposals(Make("2-0-1\tx\t3\n0-0-0\n\n2-0-1\r\n1-1-1\ttabs\there")),
              ElementsAre("2-0-1", "0-0-0", "1-1-1"));
}

TEST_F(ListedTest, ReadsOutputOfSpreadsheets) {
  EXPECT_THAT(Proposals(Make("\xef\xbb\xbf\"2-0-1\",91.5\r\n\"0-0-0\"\r\n1-1-1\r\n\r\n")),
              ElementsAre("2-0-1", "0-0-0", "1-1-1"));
}

TEST_F(ListedTest, ProposesNoMoreThanItsLimit) {
  EXPECT_THAT(Proposals(Make("2-0-1\n2-0-1\n0-0-0\n1-1-1\n", 2)), ElementsAre("2-0-1", "0-0-0"));
}

TEST_F(ListedTest, StartsOverIfAskedAfterTheEnd) {
  Listed listed = Make("2-0-1\n0-0-0\n");
  listed.Ask();
  listed.Ask();
  ASSERT_TRUE(listed.Exhausted());
  EXPECT_EQ(space_.space().Format(listed.Ask()), "2-0-1");
  EXPECT_TRUE(listed.Exhausted());
}

TEST_F(ListedTest, NamesTheLineThatIsNotAnArchitecture) {
  EXPECT_THAT(Refusal("2-0-1\n\n2-0-7\tx\n"), HasSubstr("list.tsv:3: "));
  EXPECT_THAT(Refusal("\n\t2-0-1\n"), HasSubstr("list.tsv: lists no architecture"));
}

TEST_F(ListedTest, KeepsTheContract) {
  const lode::test::Search search({}, lode::BuiltProgram());
  const std::string file = search.Write("list.tsv", "2-0-1-1\n0-0-0-2\n1-1-1-1\n");
  EXPECT_EQ(search.Verify(lode::BuiltPlugin("listed"), "listed", {"architectures=" + file}), "");
}

}  // namespace
}  // namespace listed
