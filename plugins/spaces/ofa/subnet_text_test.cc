#include "plugins/spaces/ofa/subnet_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "plugins/spaces/ofa/space.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "tests/mangled.h"

namespace ofa {
namespace {

constexpr std::string_view kText =
    R"({"ks": [3, 5, 7, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 7], )"
    R"("e": [6, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4], "d": [2, 3, 4, 2, 4]})";

Subnet TheSubnet() {
  Subnet subnet = Uniform(3, 3, 2);
  subnet.kernel[1] = 5;
  subnet.kernel[2] = subnet.kernel[19] = 7;
  subnet.expand[0] = 6;
  subnet.expand[1] = subnet.expand[19] = 4;
  subnet.depth = {2, 3, 4, 2, 4};
  return subnet;
}

std::string Failure(std::string_view text) {
  return lode::Failure<lode::InvalidError>([&] { Parse(text); });
}

// kText with the first `from` replaced.
std::string With(std::string_view from, std::string_view to) {
  std::string text(kText);
  return text.replace(text.find(from), from.size(), to);
}

TEST(OfaSubnetText, IsThePublishedForm) {
  EXPECT_EQ(Format(TheSubnet()), kText);
  EXPECT_EQ(Parse(kText), TheSubnet());
}

TEST(OfaSubnetText, AHundredThousandSubnetsReadBack) {
  const Space space(lode::Host(nullptr), {});
  FixedStream stream(23);
  lode::Architecture a(kCells), parsed(kCells);
  for (int n = 0; n < 100'000; ++n) {
    std::fill(a.begin(), a.end(), 0);
    std::fill(parsed.begin(), parsed.end(), 0);
    space.Sample(stream.random(), a);
    space.Parse(space.Format(a), parsed);
    ASSERT_EQ(parsed, a);
  }
}

TEST(OfaSubnetText, AgreesWithAnotherJsonReader) {
  const auto json = nlohmann::json::parse(Format(TheSubnet()));
  EXPECT_EQ(json.size(), 3u);
  EXPECT_EQ((json["ks"].get<std::array<std::uint8_t, kLayers>>()), TheSubnet().kernel);
  EXPECT_EQ((json["e"].get<std::array<std::uint8_t, kLayers>>()), TheSubnet().expand);
  EXPECT_EQ((json["d"].get<std::array<std::uint8_t, kUnits>>()), TheSubnet().depth);
  // Without white space, with a lot of it, and with the keys in another order.
  EXPECT_EQ(Parse(json.dump()), TheSubnet());
  EXPECT_EQ(Parse(" \n" + json.dump(3, '\t') + "\r\n "), TheSubnet());
}

// As written by the authors' search, its descendants and their tables.
TEST(OfaSubnetText, ReadsOutputOfThePublishedCode) {
  std::string python(kText);
  std::replace(python.begin(), python.end(), '"', '\'');
  const std::string inside = python.substr(1, python.size() - 2);
  const Surroundings around{1.2, 192};
  const std::string kTexts[] = {
      python,
      "{'wid': None, " + inside + ", 'r': [192]}",
      "{'wid': None, " + inside + ", 'r': [192], 'image_size': [192]}",
      "{" + inside + ", 'r': 192, 'width': 1.2}",
      "{" + inside + ", 'r': (192,)}",
      "net_config = {" + inside + ",}",
      R"({"wid": null, )" + std::string(kText.substr(1, kText.size() - 2)) + R"(, "r": [192]})",
  };
  for (const std::string& text : kTexts) { EXPECT_EQ(Parse(text, around), TheSubnet()) << text; }
  std::string tuples = python;
  for (char& c : tuples) { c = c == '[' ? '(' : c == ']' ? ')' : c; }
  EXPECT_EQ(Parse(tuples), TheSubnet());
  EXPECT_EQ(Parse(With("7], \"e\"", "7,\n], \"e\"")), TheSubnet());
}

TEST(OfaSubnetText, RefusesAResolutionOrWidthOtherThanTheSpaces) {
  const auto failure = [](const std::string& more) {
    try {
      Parse(std::string(kText.substr(0, kText.size() - 1)) + ", " + more + "}", {1.0, 224});
    } catch (const lode::InvalidError& e) { return std::string(e.what()); }
    return std::string();
  };
  EXPECT_EQ(failure("'r': [224], 'width': 1"), "");
  EXPECT_EQ(failure("'r': [176]"),
            "column 165: r is 176, but the space's resolution differs: set resolution=176");
  EXPECT_EQ(
      failure("'image_size': 192"),
      "column 173: image_size is 192, but the space's resolution differs: set resolution=192");
  EXPECT_EQ(failure("'width': 1.2"),
            "column 168: width is 1.2, but the space's width differs: set width=1.2");
  EXPECT_EQ(failure("'r': []"), "column 165: expected a number as r, found \"]\"");
  EXPECT_EQ(failure("'r': [224, 192]"),
            "column 168: expected \"]\" after the one value of r, found \",\"");
  EXPECT_EQ(failure("'wid': 3"), "column 166: expected None as wid, found \"3\"");
}

TEST(OfaSubnetText, ErrorsNameThePosition) {
  const std::string no_d = std::string(kText.substr(0, kText.find(", \"d\""))) + "}";
  const std::pair<std::string, std::string> kFaults[] = {
      {"", "column 1: expected \"{\" at the start, found the end"},
      {"  [3]", "column 3: expected \"{\" at the start, found \"[\""},
      {"{}", "column 2: expected a key in quotes, found \"}\""},
      {"{\"ks", "column 2: a key has no \" at its end"},
      {With("\"e\"", "\"x\""), "column 70: unknown key \"x\", expected \"ks\", \"e\" and \"d\""},
      {With("\"e\"", "\"ks\""), "column 70: key \"ks\" appears twice"},
      {With("\"e\":", "\"e\" "), "column 75: expected \":\" after the key, found \"[\""},
      {no_d, "column 135: key \"d\" is missing"},
      {With("[3", "3"), "column 8: expected \"[\" before the values, found \"3\""},
      {With("5", "4"), "column 12: expected 3, 5 or 7 as ks of unit 1 layer 2, found \"4\""},
      {With("6", "5"), "column 76: expected 3, 4 or 6 as e of unit 1 layer 1, found \"5\""},
      {With("[2", "[1"), "column 143: expected 2, 3 or 4 as d of unit 1, found \"1\""},
      {With("5", "35"), "column 12: expected 3, 5 or 7 as ks of unit 1 layer 2, found \"35\""},
      {With("5", "5.0"), "column 12: expected 3, 5 or 7 as ks of unit 1 layer 2, found \"5.0\""},
      {With("5, ", ", "), "column 12: expected 3, 5 or 7 as ks of unit 1 layer 2, found \",\""},
      {With("5, ", "5 "), "column 14: expected \",\" or \"]\" after a value, found \"7\""},
      {With("5, ", "5, 5, "), "column 69: ks has more than 20 values"},
      {With("5, ", ""), "column 64: ks has 19 values, expected 20"},
      {With("[2, 3, 4, 2, 4]", "[]"), "column 143: expected 2, 3 or 4 as d of unit 1, found \"]\""},
      {With("], \"e\"", "] \"e\""),
       "column 69: expected \",\" or \"}\" after the values of a key, found \"\"\""},
      {std::string(kText) + "x", "column 158: expected the end, found \"x\""},
      {std::string(kText) + std::string(1, '\0'), "column 158: expected the end, found \"\\x00\""},
      {std::string(kText.substr(0, 20)),
       "column 21: expected 3, 5 or 7 as ks of unit 2 layer 1, found the end"},
  };
  for (const auto& [text, message] : kFaults) { EXPECT_EQ(Failure(text), message) << text; }
}

TEST(OfaSubnetText, EveryPrefixAndEveryChangedByteIsRefused) {
  for (const std::string& text : lode::Mangled(kText)) { EXPECT_NE(Failure(text), "") << text; }
}

TEST(OfaSubnetText, LongTextsAreRefusedQuickly) {
  EXPECT_NE(Failure(std::string(1 << 22, '[')), "");
  EXPECT_NE(Failure(std::string(1 << 22, ' ')), "");
  EXPECT_NE(Failure("{\"" + std::string(1 << 22, 'k')), "");
  EXPECT_NE(Failure("{\"ks\": [" + std::string(1 << 22, '3')), "");
  EXPECT_LT(Failure("{\"" + std::string(1 << 22, 'k') + "\"").size(), 300u);
}

}  // namespace
}  // namespace ofa
