#include "plugins/optimizers/npenas/npenas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <lode/testing.hpp>
#include <string>

namespace npenas {
namespace {

// The number of decisions with their best value, 3: a random architecture of 4^8 has two.
double Height(const std::string& text) {
  return static_cast<double>(std::ranges::count(text, '3'));
}

TEST(ExpectedValue, IsTheMean) {
  lode::test::FixedStream stream(1);
  EXPECT_EQ(bananas::ExpectedValue(stream.random(), {.mean = 3, .deviation = 2}), 3);
}

TEST(Npenas, FindsTheBest) {
  const lode::test::Grid grid(8, 4);
  lode::test::TestHost host;
  Npenas npenas(host.host(), {});
  npenas.Bind(grid.space());
  double best = 0;
  for (std::uint64_t step = 0; step < 120; ++step) {
    host.Enter(step, lode::test::Phase::kAsk);
    const lode::Architecture architecture = npenas.Ask();
    const double height = Height(grid.space().Format(architecture));
    best = std::max(best, height);
    lode::Trial trial{};
    trial.step = step;
    trial.architecture = architecture;
    trial.reward = height;
    npenas.Tell(trial);
  }
  EXPECT_EQ(best, 8);
}

}  // namespace
}  // namespace npenas
