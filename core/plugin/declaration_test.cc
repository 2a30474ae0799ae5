#include "core/plugin/declaration.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace lode::core {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

ParamDeclaration Number(lode_type type, double min, double max, std::uint32_t flags = 0) {
  ParamDeclaration p;
  p.type = type;
  p.min = min;
  p.max = max;
  p.flags = flags;
  return p;
}

TEST(FormatValue, WritesTomlThatReadsBackTheSame) {
  EXPECT_EQ(FormatValue(true), "true");
  EXPECT_EQ(FormatValue(std::int64_t{-7}), "-7");
  EXPECT_EQ(FormatValue(1.0), "1.0");
  EXPECT_EQ(FormatValue(0.1), "0.1");
  EXPECT_EQ(FormatValue(1e-8), "1e-08");
  EXPECT_EQ(FormatValue(10.0), "10.0");
  EXPECT_EQ(FormatValue(-50.0), "-50.0");
  EXPECT_EQ(FormatValue(-0.0), "-0.0");
  EXPECT_EQ(FormatValue(1e300), "1e+300");
  EXPECT_EQ(FormatValue(1.0 / 3.0), "0.3333333333333333");
  EXPECT_EQ(FormatValue(std::string("a \"b\" \\ \n\x7f \xc3\xa9")),
            "\"a \\\"b\\\" \\\\ \\u000A\\u007F \xc3\xa9\"");
  EXPECT_EQ(FormatValue(std::vector<std::int64_t>{3, 5}), "[3, 5]");
  EXPECT_EQ(FormatValue(std::vector<double>{0.5, 2}), "[0.5, 2.0]");
  EXPECT_EQ(FormatValue(std::vector<std::string>{"a", "b"}), "[\"a\", \"b\"]");
  EXPECT_EQ(FormatValue(std::vector<double>{}), "[]");
}

TEST(FormatValue, EscapesNulAndOtherControlCharacters) {
  EXPECT_EQ(FormatValue(std::string("\0\t\x1f", 3)), "\"\\u0000\\u0009\\u001F\"");
}

TEST(FormatValue, RealsReadBackBitForBit) {
  using Limits = std::numeric_limits<double>;
  std::vector<double> values = {
      0.1,          1.0 / 3.0, 123456.7, 1234567.0, 0.1 + 0.2, Limits::max(), Limits::denorm_min(),
      Limits::min()};
  // Knuth's MMIX generator: arbitrary bits.
  for (std::uint64_t bits = 1; values.size() < 20000;) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    if (const auto value = std::bit_cast<double>(bits); std::isfinite(value)) {
      values.push_back(value);
    }
  }
  for (const double value : values) {
    const std::string text = FormatValue(value);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)),
              std::bit_cast<std::uint64_t>(value))
        << text;
    ASSERT_NE(text.find_first_of(".e"), std::string::npos) << text;  // not an integer in TOML
  }
}

TEST(FormatRange, ShowsWhichEndsAreIncluded) {
  EXPECT_EQ(FormatRange(Number(LODE_T_INT, 1, 100)), "[1, 100]");
  EXPECT_EQ(FormatRange(Number(LODE_T_REAL, 0, 1, LODE_PARAM_OPEN_MIN)), "(0, 1]");
  EXPECT_EQ(FormatRange(Number(LODE_T_REAL, 0, 1, LODE_PARAM_OPEN_MAX)), "[0, 1)");
  EXPECT_EQ(FormatRange(Number(LODE_T_INT, 1, kInf)), "[1, inf)");
  EXPECT_EQ(FormatRange(Number(LODE_T_REAL, -kInf, kInf)), "");
  ParamDeclaration choice = Number(LODE_T_CHOICE, -kInf, kInf);
  choice.choices = {"cosine", "linear"};
  EXPECT_EQ(FormatRange(choice), "one of cosine, linear");
}

TEST(CheckValue, AcceptsTheEndsOfARangeUnlessOpen) {
  const auto closed = Number(LODE_T_REAL, 0, 1);
  EXPECT_EQ(CheckValue(closed, 0.0), "");
  EXPECT_EQ(CheckValue(closed, 1.0), "");
  EXPECT_EQ(CheckValue(closed, -0.5), "-0.5 is outside [0, 1]");
  const auto open = Number(LODE_T_REAL, 0, 1, LODE_PARAM_OPEN_MIN | LODE_PARAM_OPEN_MAX);
  EXPECT_EQ(CheckValue(open, 0.0), "0.0 is outside (0, 1)");
  EXPECT_EQ(CheckValue(open, 1.0), "1.0 is outside (0, 1)");
  EXPECT_EQ(CheckValue(open, 0.5), "");
}

TEST(CheckValue, RefusesValuesThatAreNotFiniteEvenWithoutBounds) {
  const auto any = Number(LODE_T_REAL, -kInf, kInf);
  EXPECT_EQ(CheckValue(any, kInf), "inf is not finite");
  EXPECT_EQ(CheckValue(any, -kInf), "-inf is not finite");
  EXPECT_EQ(CheckValue(any, std::numeric_limits<double>::quiet_NaN()), "nan is not finite");
}

TEST(CheckValue, ChecksEveryElementOfAList) {
  const auto list = Number(LODE_T_INT_LIST, 1, 9);
  EXPECT_EQ(CheckValue(list, std::vector<std::int64_t>{1, 9}), "");
  EXPECT_EQ(CheckValue(list, std::vector<std::int64_t>{1, 10, 0}), "10 is outside [1, 9]");
}

TEST(CheckValue, NamesTheNearestChoice) {
  ParamDeclaration p = Number(LODE_T_CHOICE, -kInf, kInf);
  p.choices = {"cosine", "linear"};
  EXPECT_EQ(CheckValue(p, std::string("linear")), "");
  EXPECT_EQ(CheckValue(p, std::string("cosin")),
            "\"cosin\" is not one of cosine, linear; did you mean \"cosine\"?");
  EXPECT_EQ(CheckValue(p, std::string("quadratic")), "\"quadratic\" is not one of cosine, linear");
}

TEST(NearestName, FindsOnlyTypos) {
  const std::vector<std::string> names = {"population", "sample", "rea", "tau"};
  EXPECT_EQ(NearestName("populaton", names), "population");
  EXPECT_EQ(NearestName("smaple", names), "sample");
  EXPECT_EQ(NearestName("re", names), "rea");
  EXPECT_EQ(NearestName("rea", names), "rea");
  EXPECT_EQ(NearestName("learning_rate", names), "");
  EXPECT_EQ(NearestName("xy", names), "");  // two changed letters are the whole word
  EXPECT_EQ(NearestName("", names), "");
  EXPECT_EQ(NearestName("rea", {}), "");
  EXPECT_EQ(NearestName("POPULATOIN", names), "population");
}

TEST(MeantName, MayDifferInCaseOnly) {
  EXPECT_EQ(MeantName("REA", {"l2nas", "rea"}), "rea");
  EXPECT_EQ(MeantName("rea", {"Rea", "rea"}), "rea");
  EXPECT_EQ(MeantName("REA", {"Rea", "rea"}), "");  // ambiguous
  EXPECT_EQ(MeantName("re", {"rea"}), "");
}

TEST(Names, CoverEveryKindTypeAndSplit) {
  EXPECT_EQ(KindName(LODE_SPACE), "space");
  EXPECT_EQ(KindName(LODE_ORACLE), "oracle");
  EXPECT_EQ(KindName(LODE_EXPLORATION), "exploration");
  EXPECT_EQ(KindName(LODE_OPTIMIZER), "optimizer");
  EXPECT_EQ(KindName(0), "");
  EXPECT_EQ(TypeName(LODE_T_REAL), "real number");
  EXPECT_EQ(TypeName(LODE_T_STRING_LIST), "list of strings");
  EXPECT_EQ(SplitName(LODE_SPLIT_TEST), "test");
  EXPECT_EQ(SplitName(LODE_SPLIT_NONE), "none");
}

}  // namespace
}  // namespace lode::core
