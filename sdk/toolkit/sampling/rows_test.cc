#include "toolkit/sampling/rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/testing.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lode::sampling {
namespace {

using lode::test::BoundSpace;
using lode::test::Grid;
using lode::test::TestHost;

// A row of one matrix that is always used, and three rows of another, of which an architecture uses
// the one with the largest cell.
class OneOfThree {
 public:
  struct Config {};
  OneOfThree(Host, const Config&) {}

  static std::vector<Matrix> Matrices() {
    return {{"width", {"all"}, {"1", "2", "3"}}, {"edge", {"0", "1", "2"}, {"left", "right"}}};
  }
  static double Log10Size() { return 1.2552725; }  // 18
  static void Discretize(ActionView action, std::span<std::uint8_t> out) {
    for (const auto& [first, size] : {std::pair{0, 3}, std::pair{3, 6}}) {
      const auto begin = action.begin() + first;
      out[static_cast<std::size_t>(std::max_element(begin, begin + size) - action.begin())] = 1;
    }
  }
  static void Sample(Random random, std::span<std::uint8_t> out) {
    out[random.Below(3)] = 1;
    out[3 + random.Below(6)] = 1;
  }
  static std::string Format(ArchitectureView a) {
    std::string text;
    for (const auto cell : a) { text += cell != 0 ? '1' : '0'; }
    return text;
  }
  static void Parse(std::string_view text, std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < out.size(); ++i) { out[i] = text[i] == '1' ? 1 : 0; }
  }
};

TEST(RowsTest, KnowTheRowsOfAllMatricesAndWhichCompete) {
  const BoundSpace<OneOfThree> space;
  const Rows rows(space.space());
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows.list()[0].choices(), 3u);
  for (std::size_t r = 1; r < 4; ++r) {
    EXPECT_EQ(rows.list()[r].first, 3 + 2 * (r - 1));
    EXPECT_EQ(rows.list()[r].choices(), 3u) << "left, right and none";
  }
}

TEST(RowsTest, ReadTheChoiceOfEachRow) {
  const BoundSpace<OneOfThree> space;
  const Rows rows(space.space());
  EXPECT_EQ(rows.Read(space.space().Parse("010000100")), (Choices{1, 2, 1, 2}));
}

TEST(RowsTest, ComposeWhatTheyRead) {
  const BoundSpace<OneOfThree> space;
  const Grid grid(5, 4);
  TestHost host(2);
  const Random random = host.host().Random();
  for (const Space& s : {space.space(), grid.space()}) {
    const Rows rows(s);
    for (int i = 0; i < 100; ++i) {
      const Architecture architecture = s.Sample(random);
      EXPECT_EQ(rows.Compose(random, rows.Read(architecture)), architecture);
    }
  }
}

// Two rows want to be used and one can: each is, half of the time. If no row wants to, each of the
// six choices comes up.
TEST(RowsTest, ChanceDecidesBetweenRowsThatCompete) {
  const BoundSpace<OneOfThree> space;
  const Rows rows(space.space());
  TestHost host(2);
  const Random random = host.host().Random();
  std::map<Choices, int> two, none;
  for (int i = 0; i < 2000; ++i) {
    ++two[rows.Read(rows.Compose(random, Choices{0, 1, 2, 0}))];
    ++none[rows.Read(rows.Compose(random, Choices{0, 2, 2, 2}))];
  }
  EXPECT_EQ(two.size(), 2u);
  EXPECT_NEAR((two[{0, 1, 2, 2}]), 1000, 120);
  EXPECT_EQ(none.size(), 6u);
  for (const auto& [choices, count] : none) { EXPECT_NEAR(count, 333, 90); }
}

}  // namespace
}  // namespace lode::sampling
