#include "my_component.h"

#include <gtest/gtest.h>

#include <lode/testing.hpp>

namespace {

TEST(MyComponent, ExploresOncePerPeriod) {
  const lode::test::FixedHost host;
  const MyComponent strategy(host.host(), {.period = 3});
  for (std::uint64_t step = 0; step < 12; ++step) {
    EXPECT_EQ(strategy.Explore(step), step == 0 || step == 3 || step == 6 || step == 9) << step;
  }
}

TEST(MyComponent, AddsNoise) {
  const lode::test::FixedHost host;
  lode::Action action(1000, 0.5f), same = action;
  MyComponent(host.host(), {.noise = 0}).Perturb(0, same);
  EXPECT_EQ(same, action);
  MyComponent(host.host(), {.noise = 0.1}).Perturb(0, action);
  double sum = 0, squares = 0;
  for (const float cell : action) {
    sum += cell - 0.5;
    squares += (cell - 0.5) * (cell - 0.5);
  }
  EXPECT_NEAR(sum / 1000, 0, 5 * 0.1 / std::sqrt(1000.0));
  EXPECT_NEAR(std::sqrt(squares / 1000), 0.1, 0.01);
}

}  // namespace
