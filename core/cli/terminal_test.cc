#include "core/cli/terminal.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "core/cli/test_streams.h"
#include "core/report/columns.h"
#include "tests/scoped_variable.h"

namespace lode::cli {
namespace {

// Calls a function while standard output is a terminal.
template <class Call>
auto OnTerminal(const TestTerminal& terminal, Call&& call) {
  const Redirected redirected(stdout, terminal.get());
  return call();
}

TEST(Terminal, ItsWidthIsKnown) {
  EXPECT_EQ(OnTerminal(TestTerminal(37), OutputWidth), 37u);
  // Serial consoles and some containers have terminals without a size.
  EXPECT_EQ(OnTerminal(TestTerminal(0), OutputWidth), core::kUnlimited);
}

TEST(Terminal, AFileIsNotWrapped) {
  const std::string line(500, 'x');
  EXPECT_EQ(Printed(stdout, [&] { PrintWrapped(line); }), line);
}

TEST(Terminal, LinesAreWrappedAtItsWidth) {
  TestTerminal terminal(12);
  OnTerminal(terminal, [] { PrintWrapped("spaces and oracles\n"); });
  EXPECT_EQ(terminal.Read(), "spaces and\n  oracles\n");
}

TEST(Terminal, HasColorsUnlessSomethingSpeaksAgainstThem) {
  const TestTerminal terminal(80);
  const ScopedVariable term("TERM", "xterm");
  const ScopedVariable no_color("NO_COLOR", nullptr);
  EXPECT_TRUE(OnTerminal(terminal, OutputHasColors));
  {
    const ScopedVariable asked("NO_COLOR", "1");
    EXPECT_FALSE(OnTerminal(terminal, OutputHasColors));
  }
  {
    const ScopedVariable empty("NO_COLOR", "");  // counts as absent, says no-color.org
    EXPECT_TRUE(OnTerminal(terminal, OutputHasColors));
  }
  for (const char* without : {"dumb", static_cast<const char*>(nullptr)}) {
    const ScopedVariable other("TERM", without);
    EXPECT_FALSE(OnTerminal(terminal, OutputHasColors));
  }
}

TEST(Terminal, AFileHasNoColors) {
  const ScopedVariable term("TERM", "xterm");
  const ScopedVariable no_color("NO_COLOR", nullptr);
  bool colors = true;
  Printed(stdout, [&] { colors = OutputHasColors(); });
  EXPECT_FALSE(colors);
}

}  // namespace
}  // namespace lode::cli
