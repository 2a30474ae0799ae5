#include "core/plugin/shallow_json.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace lode::core {
namespace {

std::string Nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ShallowJson, IsParsedFromTextsAndStreams) {
  const auto expected = nlohmann::json{{"a", {1, nullptr, "b"}}};
  EXPECT_EQ(ParseShallowJson(R"({"a": [1, null, "b"]})"), expected);
  std::istringstream stream(R"({"a": [1, null, "b"]})");
  EXPECT_EQ(ParseShallowJson(stream), expected);
}

TEST(ShallowJson, ADeepValueIsDiscardedAsWhole) {
  EXPECT_EQ(ParseShallowJson(Nested(kMaxJsonDepth)).dump(), Nested(kMaxJsonDepth));
  EXPECT_TRUE(ParseShallowJson(Nested(kMaxJsonDepth + 1)).is_discarded());
  EXPECT_TRUE(ParseShallowJson("[1, " + Nested(1'000'000) + ", 2]").is_discarded());
}

TEST(ShallowJson, WhatIsNotJsonIsDiscarded) {
  for (const char* text : {"", "[", "nul", "[1,]", "\"\xff\"", "1 2"}) {
    EXPECT_TRUE(ParseShallowJson(text).is_discarded()) << text;
  }
}

}  // namespace
}  // namespace lode::core
