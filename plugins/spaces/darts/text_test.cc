#include "plugins/spaces/darts/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <lode/testing.hpp>
#include <regex>
#include <string>

#include "plugins/spaces/darts/cost.h"
#include "plugins/spaces/darts/drawn.h"
#include "plugins/spaces/darts/published.h"
#include "tests/failure.h"
#include "tests/mangled.h"

namespace darts {
namespace {

using lode::test::FixedStream;

using ::testing::HasSubstr;

std::string FailureOf(std::string_view text) {
  return lode::Failure<lode::InvalidError>([&] { Parse(text); });
}

// Returns `text` with the first `from` replaced.
std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// Returns the (operation, input) pairs of both cells in the order of the text, found with a
// pattern, with nodes sorted, so that texts of equal genotypes give equal lists.
std::vector<std::pair<std::string, std::string>> PairsIn(const std::string& text) {
  static const std::regex pair("\\( *['\"](\\w+)['\"] *, *(\\d) *\\)");
  std::vector<std::pair<std::string, std::string>> list;
  for (std::sregex_iterator m(text.begin(), text.end(), pair), end; m != end; ++m) {
    list.emplace_back((*m)[2], (*m)[1]);
  }
  for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
    if (list[i + 1] < list[i]) { std::swap(list[i], list[i + 1]); }
  }
  return list;
}

TEST(DartsText, IsThePublishedFormWithPairsByInput) {
  EXPECT_EQ(Format(Parse(kPcDartsCifar)),
            "Genotype(normal=[('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
            "('dil_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), "
            "('dil_conv_3x3', 1)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), "
            "('sep_conv_5x5', 1), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), "
            "('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)], "
            "reduce_concat=range(2, 6))");
}

TEST(DartsText, PublishedGenotypesParse) {
  const Genotype v2 = Parse(kDartsV2);
  const Cell normal = {{{{{0, kSepConv3x3}, {1, kSepConv3x3}}},
                        {{{0, kSepConv3x3}, {1, kSepConv3x3}}},
                        {{{0, kSkipConnect}, {1, kSepConv3x3}}},
                        {{{0, kSkipConnect}, {2, kDilConv3x3}}}}};
  const Cell reduce = {{{{{0, kMaxPool3x3}, {1, kMaxPool3x3}}},
                        {{{1, kMaxPool3x3}, {2, kSkipConnect}}},
                        {{{0, kMaxPool3x3}, {2, kSkipConnect}}},
                        {{{1, kMaxPool3x3}, {2, kSkipConnect}}}}};
  EXPECT_EQ(v2, (Genotype{normal, reduce}));
  for (const std::string text : {kDartsV1, kDartsV2, kPcDartsCifar, kPcDartsImage}) {
    EXPECT_EQ(PairsIn(Format(Parse(text))), PairsIn(text));
  }
}

TEST(DartsText, OtherSpellingsParse) {
  const Genotype expected = Parse(kDartsV1);
  std::string spaced, tight, quoted = kDartsV1;
  for (const char c : std::string_view(kDartsV1)) {
    const bool is_mark = std::string_view("[](),=").find(c) != std::string_view::npos;
    spaced += is_mark ? std::string(" \t\r\n") + c + "  " : std::string(1, c);
    if (c != ' ') { tight += c; }
  }
  std::replace(quoted.begin(), quoted.end(), '\'', '"');
  EXPECT_EQ(Parse(spaced), expected);
  EXPECT_EQ(Parse(tight), expected);
  EXPECT_EQ(Parse(quoted), expected);
  EXPECT_EQ(Parse(With(kDartsV1, "'sep_conv_3x3'", "\"sep_conv_3x3\"")), expected);
  EXPECT_EQ(Parse(With(kDartsV1, "[2, 3, 4, 5]", "range(2, 6)")), expected);
  EXPECT_EQ(Parse(With(kDartsV1, "('sep_conv_3x3', 1), ('sep_conv_3x3', 0)",
                       "('sep_conv_3x3', 0), ('sep_conv_3x3', 1)")),
            expected);
  EXPECT_EQ(Parse("\n " + std::string(kDartsV1) + " \n"), expected);
}

// A published genotype as written by programs, papers and tools.
TEST(DartsText, OtherNotationsParse) {
  const Genotype expected = Parse(kDartsV2);
  const std::string v2 = kDartsV2;
  const auto all = [](std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
    return text;
  };
  EXPECT_EQ(Parse("DARTS_V2 = " + v2), expected);
  EXPECT_EQ(Parse("genotype=genotypes.darts.Genotype" + v2.substr(8)), expected);
  EXPECT_EQ(Parse(all(all(v2, ")]", "),]"), "5])", "5,],)")), expected);
  EXPECT_EQ(Parse(all(all(v2, ", 0)", ", 0,)"), "[2, 3, 4, 5]", "range(2, 6,)")), expected);
  EXPECT_EQ(Parse(all(v2, "[2, 3, 4, 5]", "list(range(2, 6))")), expected);
  EXPECT_EQ(Parse(all(v2, "[2, 3, 4, 5]", "(2, 3, 4, 5)")), expected);
  EXPECT_EQ(Parse(all(all(v2, "[", "("), "]", ")")), expected);
}

// Pairs by node, as printed by the reimplementation in "pt.darts" and its descendants.
constexpr const char* kGrouped =
    "Genotype(\n"
    "    normal=[\n"
    "        [(\"sep_conv_3x3\", 0), (\"sep_conv_3x3\", 1)],\n"
    "        [(\"sep_conv_3x3\", 0), (\"sep_conv_3x3\", 1)],\n"
    "        [(\"sep_conv_3x3\", 1), (\"skip_connect\", 0)],\n"
    "        [(\"skip_connect\", 0), (\"dil_conv_3x3\", 2)],\n"
    "    ],\n"
    "    normal_concat=range(2, 6),\n"
    "    reduce=[\n"
    "        [(\"max_pool_3x3\", 0), (\"max_pool_3x3\", 1)],\n"
    "        [(\"skip_connect\", 2), (\"max_pool_3x3\", 1)],\n"
    "        [(\"max_pool_3x3\", 0), (\"skip_connect\", 2)],\n"
    "        [(\"skip_connect\", 2), (\"max_pool_3x3\", 1)],\n"
    "    ],\n"
    "    reduce_concat=range(2, 6),\n"
    ")\n";

TEST(DartsText, PairsByNodeParse) {
  EXPECT_EQ(Parse(kGrouped), Parse(kDartsV2));
  EXPECT_EQ(FailureOf(With(kGrouped, ", (\"sep_conv_3x3\", 1)]", "]")),
            "column 52: expected \",\" after pair 1 of 8 of normal, found \"]\"");
  EXPECT_EQ(FailureOf(With(kGrouped, "[(\"sep_conv_3x3\", 1), (\"skip", "(\"skip")),
            "column 137: expected \"(\" before pair 5 of 8 of normal, found \"\"\"");
}

TEST(DartsText, DictionariesParse) {
  EXPECT_EQ(Parse(R"({"normal": [["sep_conv_3x3", 0], ["sep_conv_3x3", 1], ["sep_conv_3x3", 0],
      ["sep_conv_3x3", 1], ["sep_conv_3x3", 1], ["skip_connect", 0], ["skip_connect", 0],
      ["dil_conv_3x3", 2]], "reduce": [["max_pool_3x3", 0], ["max_pool_3x3", 1],
      ["skip_connect", 2], ["max_pool_3x3", 1], ["max_pool_3x3", 0], ["skip_connect", 2],
      ["skip_connect", 2], ["max_pool_3x3", 1]], "normal_concat": [2, 3, 4, 5],
      "reduce_concat": [2, 3, 4, 5]})"),
            Parse(kDartsV2));
  EXPECT_EQ(FailureOf("{normal: []}"), "column 2: expected a name in quotes, found \"normal\"");
  EXPECT_EQ(FailureOf("{'normal': []}"),
            "column 13: expected \"(\" before pair 1 of 8 of normal, found \"]\"");
}

TEST(DartsText, ParseErrorsNameThePosition) {
  const struct {
    std::string text, message;
  } kFaults[] = {
      {"", "column 1: expected \"Genotype\", found the end"},
      {" \n", "column 3: expected \"Genotype\", found the end"},
      {"genotype(", "column 1: expected \"Genotype\", found \"genotype\""},
      {"Genotypes(", "column 9: expected \"(\", found \"s\""},
      {"Genotype( reduce=", "column 11: expected \"normal\", found \"reduce\""},
      {"Genotype(normal={", "column 17: expected \"[\", found \"{\""},
      {"Genotype(normal=[]", "column 18: expected \"(\" before pair 1 of 8 of normal, found \"]\""},
      {"Genotype(normal=[(sep_conv_3x3, 0)",
       "column 19: expected an operation in quotes, found \"sep_conv_3x3\""},
      {"Genotype(normal=[('', 0)", "column 20: expected an operation, found \"'\""},
      {"Genotype(normal=[('", "column 20: expected an operation, found the end"},
      {"Genotype(normal=[('sep_conv_3x4', 0)",
       "column 20: unknown operation \"sep_conv_3x4\" (nearest: \"sep_conv_3x3\")"},
      {"Genotype(normal=[('skip', 0)",
       "column 20: unknown operation \"skip\" (nearest: \"skip_connect\")"},
      {"Genotype(normal=[('sep_conv_5x5 ', 0)",
       "column 20: unknown operation \"sep_conv_5x5 \" (nearest: \"sep_conv_5x5\")"},
      {"Genotype(normal=[('a\x01\xff', 0)",
       "column 20: unknown operation \"a\\x01\\xff\" (nearest: \"max_pool_3x3\")"},
      {"Genotype(normal=[('none', 0)",
       "column 20: \"none\" is not an operation of this space: every edge has an operation"},
      {"Genotype(normal=[('max_pool_3x3\", 0)", "column 32: expected \"'\", found \"\"\""},
      {"Genotype(normal=[('max_pool_3x3', 2)",
       "column 35: expected an input from 0 to 1 for node 2 of normal, found \"2\""},
      {"Genotype(normal=[('max_pool_3x3', -1)",
       "column 35: expected an input from 0 to 1 for node 2 of normal, found \"-\""},
      {"Genotype(normal=[('max_pool_3x3', 00)",
       "column 35: expected an input from 0 to 1 for node 2 of normal, found \"00\""},
      {"Genotype(normal=[('max_pool_3x3', )",
       "column 35: expected an input from 0 to 1 for node 2 of normal, found \")\""},
      {"Genotype(normal=[('max_pool_3x3', 0), ('skip_connect', 0)",
       "column 56: the two inputs of node 2 of normal are both 0"},
      {"Genotype(normal=[('max_pool_3x3', 0)]",
       "column 37: expected \",\" after pair 1 of 8 of normal, found \"]\""},
  };
  for (const auto& [text, message] : kFaults) { EXPECT_EQ(FailureOf(text), message) << text; }
}

// Expects an error at the position of `found` in the text.
void ExpectFault(const std::string& text, const std::string& found, const std::string& message) {
  EXPECT_EQ(FailureOf(text),
            "column " + std::to_string(text.find(found) + 1) + ": expected " + message)
      << text;
}

TEST(DartsText, ParseErrorsAfterThePairsNameThePosition) {
  const std::string v2 = kDartsV2, list = "[2, 3, 4, 5], r";
  ExpectFault(With(v2, "2)], normal", "2), normal"), ", normal_concat",
              "\"]\" after pair 8 of 8 of normal, found \",\"");
  ExpectFault(With(v2, "normal_concat", "concat"), "concat", "\"normal_concat\", found \"concat\"");
  ExpectFault(With(v2, list, "range(2, 5), r"), "5), r", "\"6\" of range(2, 6), found \"5\"");
  ExpectFault(With(v2, list, "range(2, 60), r"), "0), r", "\")\" of range(2, 6), found \"0\"");
  ExpectFault(With(v2, list, "[2, 4, 3, 5], r"), "4, 3, 5]", "\"3\" of [2, 3, 4, 5], found \"4\"");
  ExpectFault(With(v2, list, "{2, 3, 4, 5}, r"), "{2, 3",
              "range(2, 6) or [2, 3, 4, 5], found \"{\"");
  ExpectFault(With(v2, "reduce=", "normal="), "normal=[('max", "\"reduce\", found \"normal\"");
  ExpectFault(With(v2, "reduce_concat=", "concat="), "concat=[2, 3, 4, 5])",
              "\"reduce_concat\", found \"concat\"");
  ExpectFault(v2 + " Genotype()", "Genotype()", "the end, found \"Genotype\"");
  ExpectFault(v2 + '#', "#", "the end, found \"#\"");
  EXPECT_EQ(FailureOf(v2 + '\0'),
            "column " + std::to_string(v2.size() + 1) + ": expected the end, found \"\\x00\"");
  EXPECT_EQ(FailureOf(v2.substr(0, v2.size() - 1)),
            "column " + std::to_string(v2.size()) + ": expected \")\", found the end");
}

TEST(DartsText, ErrorsInTheReductionCellNameIt) {
  const std::string reduce = std::string(kDartsV2).substr(std::string(kDartsV2).find("reduce=["));
  const auto failure = [&](std::string_view from, std::string_view to) {
    return FailureOf(With(kDartsV2, reduce, With(reduce, from, to)));
  };
  EXPECT_THAT(failure("('max_pool_3x3', 1)]", "('max_pool_3x3', 5)]"),
              HasSubstr("expected an input from 0 to 4 for node 5 of reduce, found \"5\""));
  EXPECT_THAT(failure("('max_pool_3x3', 1)]", "('max_pool_3x3', 2)]"),
              HasSubstr("the two inputs of node 5 of reduce are both 2"));
}

TEST(DartsText, EveryPrefixAndEveryChangedCharacterIsRefused) {
  for (const std::string& text : lode::Mangled(Format(Parse(kPcDartsImage)))) {
    EXPECT_NE(FailureOf(text), "") << text;
  }
}

TEST(DartsText, LongTextsAreRefusedQuickly) {
  EXPECT_NE(FailureOf("Genotype(normal=[('" + std::string(1 << 20, 'x')), "");
  EXPECT_NE(FailureOf("Genotype(normal=[('max_pool_3x3', " + std::string(1 << 20, '1')), "");
  EXPECT_LT(FailureOf("Genotype(normal=[('" + std::string(1 << 20, 'x')).size(), 200u);
}

TEST(DartsText, RandomGenotypesParseBack) {
  FixedStream stream(1);
  for (int n = 0; n < 100000; ++n) {
    const Genotype genotype = DrawGenotype(stream);
    ASSERT_EQ(Parse(Format(genotype)), genotype);
  }
}

// OnceNAS-Bench: 545 genotypes, in a space that also has "none", with their parameters in 10^6 as
// counted by its authors.
TEST(DartsText, GenotypesOfOnceNasBenchParseWithTheSizesItsAuthorsCounted) {
  const char* data = std::getenv("LODE_DATA");
  const auto file = (data != nullptr ? std::filesystem::path(data)
                                     : std::filesystem::path(LODE_SOURCE_DIR) / "../shared/data") /
                    "darts/darts_cifar10_545.csv";
  std::ifstream in(file);
  if (!in) { GTEST_SKIP() << "no " << file; }
  const NetworkCosts costs{NetworkSettings{}};
  int parsed = 0, refused = 0;
  const std::regex row("[^,]*,\"(Genotype[^\"]*)\",[^,]*,([^,]*),");
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (!std::regex_search(line, match, row)) { continue; }
    const std::string text = match[1];
    if (text.find("'none'") != std::string::npos) {
      EXPECT_THAT(FailureOf(text), HasSubstr("\"none\" is not an operation of this space"));
      ++refused;
    } else {
      ASSERT_EQ(FailureOf(text), "") << text;
      EXPECT_EQ(PairsIn(Format(Parse(text))), PairsIn(text));
      EXPECT_EQ(costs.Of(Parse(text)).parameters, std::llround(1e6 * std::stod(match[2])));
      ++parsed;
    }
  }
  EXPECT_EQ(parsed, 186);
  EXPECT_EQ(refused, 359);
}

}  // namespace
}  // namespace darts
