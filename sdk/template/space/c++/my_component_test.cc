#include "my_component.h"

#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <string_view>

namespace {

double ParamsOf(std::string_view text) {
  const lode::test::BoundSpace<MyComponent> bound;
  double params = 0;
  bound.space().Measure(bound.space().Parse(text), {&params, 1});
  return params;
}

TEST(MyComponent, WritesAndReadsArchitectures) {
  const lode::test::BoundSpace<MyComponent> bound;
  const lode::Architecture first = bound.space().Discretize(lode::Action(bound.space().cells()));
  EXPECT_EQ(bound.space().Format(first), "skip,skip,skip,skip,skip,skip,16");
  EXPECT_EQ(bound.space().Parse("skip,skip,skip,skip,skip,skip,16"), first);
  EXPECT_THROW(bound.space().Parse("skip,skip,skip,skip,skip,skop,16"), lode::Error);
}

TEST(MyComponent, CountsWeights) {
  EXPECT_EQ(ParamsOf("skip,skip,skip,skip,skip,skip,64"), 0);
  EXPECT_EQ(ParamsOf("conv_1x1,skip,skip,conv_3x3,skip,skip,32"), 10 * 32 * 32);
}

}  // namespace
