#include "core/plugin/text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace lode::core {
namespace {

using std::string_literals::operator""s;

constexpr char kReplaced[] = "\xEF\xBF\xBD";

TEST(Text, PrintableTextDoesNotChange) {
  for (const char* text :
       {"", "plain", "|nor_conv_3x3~0|", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80",
        "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBD"}) {
    EXPECT_EQ(PrintableLine(text), text);
    EXPECT_EQ(PrintableText(text), text);
    EXPECT_TRUE(IsPrintableLine(text));
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_EQ(EscapeControls(text), text);
  }
}

TEST(Text, ControlCharactersOfEveryKindBecomeSpaces) {
  EXPECT_EQ(PrintableLine("a\0b\x1B[31mc\x7F"s), "a b [31mc ");
  EXPECT_EQ(PrintableLine("\r\n\t\v\x08"), "     ");
  EXPECT_EQ(PrintableLine("\xC2\x80|\xC2\x9B|\xC2\x9F|\xC2\xA0"), " | | |\xC2\xA0");
  EXPECT_EQ(PrintableLine("\xE2\x80\xA8|\xE2\x80\xAE|\xE2\x81\xA6|\xE2\x80\x8F|\xD8\x9C"),
            " | | | | ");
  EXPECT_FALSE(IsPrintableLine("a\n"));
}

TEST(Text, ReplacesEachByteOfInvalidUtf8) {
  const auto times = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) { text += kReplaced; }
    return text;
  };
  EXPECT_EQ(PrintableLine("\xFFx\xFE"), times(1) + "x" + times(1));
  EXPECT_EQ(PrintableLine("\x80"), times(1));
  EXPECT_EQ(PrintableLine("\xC0\xAF"), times(2));          // overlong
  EXPECT_EQ(PrintableLine("\xE0\x80\x9B"), times(3));      // an overlong control character
  EXPECT_EQ(PrintableLine("\xED\xA0\x80"), times(3));      // half a surrogate pair
  EXPECT_EQ(PrintableLine("\xF4\x90\x80\x80"), times(4));  // above U+10FFFF
  EXPECT_EQ(PrintableLine("\xE2\x82"), times(2));          // incomplete
  EXPECT_EQ(PrintableLine("\xE2\x82z"), times(2) + "z");
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));
}

TEST(Text, MakingPrintableTwiceChangesNothingMore) {
  std::string every;
  for (int i = 0; i < 256; ++i) {
    every += static_cast<char>(i);
    every += "\xE2\x80";
    every += static_cast<char>(i);
  }
  const std::string once = PrintableLine(every);
  EXPECT_EQ(PrintableLine(once), once);
  EXPECT_TRUE(IsUtf8(once));
}

TEST(Text, SeveralLinesKeepTheirBreaks) {
  EXPECT_EQ(PrintableText("a\r\n\x1B[1mb\n\n\tc\r"), "a\n [1mb\n\n c ");
}

TEST(Text, LongMessagesAreCutBetweenCharacters) {
  std::string text(kMaxMessageText - 1, 'x');
  EXPECT_EQ(MessageLine(text), text);
  EXPECT_EQ(MessageLine(text + "\xE2\x82\xAC and more"), text + "...");
  EXPECT_EQ(MessageLine(std::string(std::size_t{8} << 20, '\n')).size(), kMaxMessageText + 3);
}

TEST(Text, EscapesFollowTomlAndJson) {
  EXPECT_EQ(EscapeControls("a\n\x1B\xC2\x9B\xE2\x80\xAE"), "a\\u000A\\u001B\\u009B\\u202E");
}

TEST(Text, WritesJsonOfAnyBytes) {
  EXPECT_EQ(FormatJson({{"name", "\xFF/runs"}}), "{\"name\":\""s + kReplaced + "/runs\"}");
}

TEST(Text, WholeNumbersHaveAllTheirDigits) {
  EXPECT_EQ(FormatNumber(350000000), "350000000");
  EXPECT_EQ(FormatNumber(100), "100");
  EXPECT_EQ(FormatNumber(-1e6), "-1000000");
  EXPECT_EQ(FormatNumber(1e15), "1000000000000000");
  EXPECT_EQ(FormatNumber(1e-8), "1e-08");
  EXPECT_EQ(FormatNumber(0.25), "0.25");
  EXPECT_EQ(FormatNumber(1e300), "1e+300");
}

}  // namespace
}  // namespace lode::core
