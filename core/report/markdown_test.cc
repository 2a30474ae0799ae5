#include "core/report/markdown.h"

#include <gtest/gtest.h>

namespace lode::core::markdown {
namespace {

// The expected texts were checked with cmark-gfm.
TEST(MarkdownTest, TextDisplaysLiterally) {
  EXPECT_EQ(Text("plain words, 1e-8 (eq. 3): done"), "plain words, 1e-8 (eq. 3): done");
  EXPECT_EQ(Text("|op~0|+|op~1|"), R"(|op\~0|+|op\~1|)");
  EXPECT_EQ(Text("a <b> & *c* [d](e) $f$ \\g"), R"(a \<b\> \& \*c\* \[d\](e) \$f\$ \\g)");
  EXPECT_EQ(Text("valid_accuracy and _x_ _"), R"(valid_accuracy and \_x\_ \_)");
  EXPECT_EQ(Text(""), "");
}

TEST(MarkdownTest, LinesDoNotStartBlocks) {
  EXPECT_EQ(Text("# x"), R"(\# x)");
  EXPECT_EQ(Text("- x - y"), R"(\- x - y)");
  EXPECT_EQ(Text("12. x 3. y"), R"(12\. x 3. y)");
  EXPECT_EQ(Text("1.0.0"), "1.0.0");
  EXPECT_EQ(Text("12) x"), R"(12\) x)");
  EXPECT_EQ(Text("---"), R"(\---)");
  EXPECT_EQ(Text("    x\n\t y "), "x y");
}

TEST(MarkdownTest, BackticksInPairsAreCode) {
  EXPECT_EQ(Text("keeps `limits`, *not*"), R"(keeps `limits`, \*not\*)");
  EXPECT_EQ(Text("a `lone one"), R"(a \`lone one)");
  EXPECT_EQ(Text("an `` empty"), R"(an \`\` empty)");
  EXPECT_EQ(Text("`a|b`"), "`a|b`");
}

TEST(MarkdownTest, CodeIsFencedByMoreBackticksThanItHas) {
  EXPECT_EQ(Code("x*<y>"), "`x*<y>`");
  EXPECT_EQ(Code("a`b"), "``a`b``");
  EXPECT_EQ(Code("``a"), "``` ``a ```");
  EXPECT_EQ(Code("a|b\nc"), "`a|b c`");
  EXPECT_EQ(Code(""), "");
}

TEST(MarkdownTest, ParagraphsAreLines) {
  EXPECT_EQ(Paragraphs("one\ntwo\n\n\n\nthree"), "one two\n\nthree\n");
  EXPECT_EQ(Paragraphs(""), "");
  EXPECT_EQ(Paragraphs("see\n\n  a <b>\n   c\n\nend"),
            "see\n\n```text\n  a <b>\n   c\n```\n\nend\n");
}

TEST(MarkdownTest, TablesEscapePipesAndDropEmptyColumns) {
  Table table({"name", "unit", "range", "doc"});
  EXPECT_EQ(table.Format(), "");
  table.AddRow({"`a`", "", "", "x"});
  table.AddRow({"`b|c`", "", "[0, 1]", ""});
  EXPECT_EQ(table.Format(),
            "| name | range | doc |\n"
            "| --- | --- | --- |\n"
            "| `a` | | x |\n"
            "| `b\\|c` | [0, 1] | |\n");
}

}  // namespace
}  // namespace lode::core::markdown
