#include "core/page/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr char kSource[] =
    "var calls = 0;"
    "function join(a, b) { calls += 1; return calls + ': ' + a + b; }"
    "function size(text) { return text.length; }"
    "function fail(why) { throw new Error(why); }"
    "function endless(x) { return endless(x) + 1; }";

TEST(Script, CallsFunctionsWithTexts) {
  Script script(kSource, "test.js");
  EXPECT_EQ(script.Call("join", {"a\"\\\n", "é"}), "1: a\"\\\né");
  EXPECT_EQ(script.Call("join", {std::string("\0", 1), ""}), std::string("2: \0", 4));
  EXPECT_EQ(script.Call("size", {std::string(100'000, 'x')}), "100000");
}

TEST(Script, TellsWhyItFailed) {
  Script script(kSource, "test.js");
  EXPECT_THAT([&] { script.Call("fail", {"no data"}); },
              ThrowsMessage<HostError>(HasSubstr("test.js: Error: no data")));
  EXPECT_THAT([&] { script.Call("missing", {}); }, ThrowsMessage<HostError>(HasSubstr("test.js")));
  EXPECT_THROW(script.Call("endless", {"x"}), HostError);
  EXPECT_EQ(script.Call("join", {"still", "works"}), "1: stillworks");
}

TEST(Script, RefusesASourceThatIsNone) {
  EXPECT_THAT([] { Script("function (", "broken.js"); },
              ThrowsMessage<HostError>(HasSubstr("broken.js: SyntaxError")));
}

}  // namespace
}  // namespace lode::core
