#include "toolkit/sampling/objective_count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace lode::sampling {
namespace {

TEST(ObjectiveCountTest, IsThatOfTheFirstTrial) {
  const std::vector<double> values = {1, 2, 3};
  Trial two{}, three{};
  two.objectives = std::span(values).first(2);
  three.objectives = values;
  ObjectiveCount count;
  EXPECT_EQ(count.get(), 0u);
  count.Take(two);
  count.Take(two);
  EXPECT_EQ(count.get(), 2u);
  EXPECT_THAT([&] { count.Take(three); }, testing::ThrowsMessage<InvalidError>(
                                              "the trial has 3 objectives, those before had 2"));
  EXPECT_EQ(count.get(), 2u);
}

}  // namespace
}  // namespace lode::sampling
