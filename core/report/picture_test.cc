#include "core/report/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "core/report/dot.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::Not;

// Two boxes, each a separate cell.
lode::Graph Cells() {
  return {
      {{"normal", "in"}, {"normal", "mid"}, {"normal", "out"}, {"reduce", "a<b"}, {"reduce", "c"}},
      {{0, 1, "conv_3x3"}, {0, 2, "skip"}, {1, 2, "conv_1x1"}, {3, 4, ""}}};
}

// A chain through columns.
lode::Graph Chain() {
  return {{{"", "stem"},
           {"unit 1", "k3 e6, 24 channels, stride 2"},
           {"unit 1", "k5 e4, 24 channels"},
           {"unit 2", "k7 e3, 40 channels"},
           {"", "head"}},
          {{0, 1, ""}, {1, 2, ""}, {2, 3, ""}, {3, 4, ""}}};
}

const OperationColors& Colors() {
  static const OperationColors colors({"conv_1x1", "conv_3x3", "skip", "e6_k3", "e4_k5", "e3_k7"});
  return colors;
}

TEST(TerminalPicture, EdgesMeetAtTheirNode) {
  EXPECT_EQ(FormatTerminalPicture(Cells(), Colors(), 80, false),
            "normal\n"
            "  in  ─ conv_3x3 ───▶ mid\n"
            "  in  ─ skip     ─┐\n"
            "  mid ─ conv_1x1 ─┴─▶ out\n"
            "\n"
            "reduce\n"
            "  a<b ─▶ c\n");
}

TEST(TerminalPicture, GroupsOfAChainAreColumns) {
  EXPECT_EQ(FormatTerminalPicture(Chain(), Colors(), 80, false),
            "stem\n"
            "unit 1       unit 2\n"
            "k3 e6        k7 e3\n"
            "24 channels  40 channels\n"
            "stride 2\n"
            "\n"
            "k5 e4\n"
            "24 channels\n"
            "\n"
            "head\n");
}

TEST(TerminalPicture, ColumnsThatDoNotFitAreListed) {
  const std::string text = FormatTerminalPicture(Chain(), Colors(), 23, false);
  EXPECT_THAT(text,
              HasSubstr("unit 1\n  k3 e6, 24 channels, stride 2\n  k5 e4, 24 channels\nunit 2\n"));
}

TEST(TerminalPicture, ColorsOperationsOnlyOnRequest) {
  EXPECT_THAT(FormatTerminalPicture(Cells(), Colors(), 80, false), Not(HasSubstr("\033")));
  EXPECT_THAT(FormatTerminalPicture(Cells(), Colors(), 80, true),
              HasSubstr("\033[38;5;" + std::to_string(Colors().Of("skip").terminal) + "mskip"));
}

TEST(OperationColors, IgnoreTheOrderOfWordsAndDifferWithinASpace) {
  EXPECT_EQ(Colors().Of("k3 e6").svg, Colors().Of("e6_k3").svg);
  EXPECT_NE(Colors().Of("conv_1x1").svg, Colors().Of("conv_3x3").svg);
  EXPECT_EQ(OperationColors().Of("anything").svg, OperationColors().Of("anything").svg);
}

// Returns the y of the text element `label`.
int Height(const std::string& svg, const std::string& label) {
  std::smatch match;
  const std::regex text("<text x=\"-?\\d+\" y=\"(-?\\d+)\"[^>]*>" + label + "</text>");
  EXPECT_TRUE(std::regex_search(svg, match, text)) << label;
  return match.empty() ? 0 : std::stoi(match[1]);
}

TEST(Svg, DrawsTheFirstGroupAboveTheSecondAndLongArcsAboveShortOnes) {
  const std::string svg = FormatSvg(Cells(), Colors(), "a & b");
  EXPECT_EQ(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\""), 0u);
  EXPECT_THAT(svg, HasSubstr("<title>a &amp; b</title>"));
  EXPECT_LT(Height(svg, "normal"), Height(svg, "reduce"));
  EXPECT_LT(Height(svg, "skip"), Height(svg, "conv_1x1"));
  EXPECT_EQ(Height(svg, "in"), Height(svg, "out"));
  EXPECT_THAT(svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(svg, HasSubstr(Colors().Of("conv_3x3").svg));
  EXPECT_THAT(svg, Not(HasSubstr("href=\"http")));
}

TEST(Svg, DrawsAChainInColumns) {
  const std::string svg = FormatSvg(Chain(), Colors(), "");
  EXPECT_EQ(Height(svg, "k3 e6"), Height(svg, "k7 e3") - 8)
      << "three lines and two, around one middle";
  EXPECT_LT(Height(svg, "k3 e6"), Height(svg, "k5 e4"));
  EXPECT_LT(Height(svg, "k3 e6"), Height(svg, "stride 2"));
}

TEST(FormatDot, ColorsEdgesOrOperationsInNodes) {
  const OperationColors& colors = Colors();
  EXPECT_THAT(FormatDot(Cells(), &colors),
              HasSubstr("0 -> 2 [label=\"skip\", color=\"" + std::string(colors.Of("skip").svg)));
  EXPECT_THAT(FormatDot(Chain(), &colors), HasSubstr("[label=\"k5 e4, 24 channels\", color=\"" +
                                                     std::string(colors.Of("e4_k5").svg) + "\""));
}

}  // namespace
}  // namespace lode::core
