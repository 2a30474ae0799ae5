#include "my_component.h"

#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <string_view>

namespace {

// Returns the metric of the oracle for `target` for an architecture of lode::test::TinySpace.
double Similarity(const std::string& target, std::string_view text) {
  const lode::test::FixedHost host;
  const lode::test::BoundSpace<> tiny;
  MyComponent oracle(host.host(), {target});
  oracle.Bind(tiny.space());
  const lode::Architecture architecture = tiny.space().Parse(text);
  double metric = -1;
  oracle.Evaluate({architecture, 1.0, 0}, {&metric, 1});
  return metric;
}

TEST(MyComponent, ComparesWithTheTarget) {
  EXPECT_EQ(Similarity("a,b,c,a", "a,b,c,a"), 100);
  EXPECT_EQ(Similarity("a,b,c,a", "a,b,a,b"), 50);
  EXPECT_EQ(Similarity("", "a,a,a,b"), 75);
}

TEST(MyComponent, RefusesATargetOfAnotherSpace) {
  EXPECT_THROW(Similarity("a,b", "a,b,c,a"), lode::Error);
}

}  // namespace
