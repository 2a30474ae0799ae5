#include "core/report/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lode::core {
namespace {

using testing::ElementsAre;

TEST(Columns, MatchThoseOfATerminal) {
  EXPECT_EQ(ColumnsOf(""), 0u);
  EXPECT_EQ(ColumnsOf("73.07 ± 0.49"), 12u);
  EXPECT_EQ(ColumnsOf("L²NAS"), 5u);
  EXPECT_EQ(ColumnsOf("e\u0301"), 1u);       // a combining accent
  EXPECT_EQ(ColumnsOf("\u67b6\u69cb"), 4u);  // wide characters
  EXPECT_EQ(ColumnsOf("\xff\xc3"), 2u);      // invalid UTF-8
}

TEST(Columns, ClippedTextHasWholeCharacters) {
  EXPECT_EQ(Clip("a±b", 2), "a±");
  EXPECT_EQ(Clip("\u67b6\u69cb", 3), "\u67b6");
  EXPECT_EQ(Clip("abc", 0), "");
  EXPECT_EQ(Clip("abc", 5), "abc");
}

TEST(Columns, LinesBreakAfterSpacesOrMarks) {
  EXPECT_THAT(BreakLines("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(BreakLines("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(BreakLines("one two three", 6), ElementsAre("one", "two", "three"));
  EXPECT_THAT(BreakLines("|a~0|+|bb~0|c~1|", 9), ElementsAre("|a~0|+|", "bb~0|c~1|"));
  EXPECT_THAT(BreakLines("abcdefg", 3), ElementsAre("abc", "def", "g"));
  EXPECT_THAT(BreakLines("±±±±", 3), ElementsAre("±±±", "±"));
  EXPECT_THAT(BreakLines("", 3), ElementsAre(""));
  EXPECT_THAT(BreakLines("ab", 0), ElementsAre("a", "b"));
  EXPECT_THAT(BreakLines("\u67b6\u69cb", 1), testing::SizeIs(testing::Gt(1u)));  // it terminates
}

TEST(Columns, ContinuationLinesAreIndented) {
  EXPECT_EQ(Wrap("short\nlines\n", 10), "short\nlines\n");
  EXPECT_EQ(Wrap("one two three four\n", 10), "one two\n  three\n  four\n");
  EXPECT_EQ(Wrap("  one two three\n", 9, 0), "  one two\n  three\n");
  // Lists are indented up to their text.
  EXPECT_EQ(Wrap("  --out DIR   Directory to keep the runs in\n", 30),
            "  --out DIR   Directory to\n              keep the runs in\n");
  EXPECT_EQ(Wrap("one two three", kUnlimited), "one two three");
}

// Every line fits, and only spaces are lost.
TEST(Columns, WrappedTextFitsAnyWidth) {
  const std::string text =
      "  --set NAME=VALUE            Set a value of the pipeline, as often as it is wanted: "
      "--set budget.steps=2000\n\nAn architecture "
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|\n";
  const auto letters = [](std::string all) {
    std::erase_if(all, [](char c) { return c == ' ' || c == '\n'; });
    return all;
  };
  for (std::size_t columns = 1; columns < 130; ++columns) {
    const std::string wrapped = Wrap(text, columns);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = wrapped.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      EXPECT_LE(ColumnsOf(wrapped.substr(begin, end - begin)), columns);
    }
    EXPECT_EQ(letters(wrapped), letters(text)) << columns;
  }
}

}  // namespace
}  // namespace lode::core
