#include "toolkit/predictors/features.h"

#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <vector>

namespace lode::predictors {
namespace {

// The grid gives no graph, so its cells are the only features.
TEST(FeaturesTest, WithoutPathsAreTheDecisions) {
  const test::Grid grid(3, 2);
  const Architecture a = grid.space().Parse("0-1-1");
  for (const bool decisions : {true, false}) {
    const Features features(grid.space(), std::vector<Architecture>{a}, {.decisions = decisions});
    ASSERT_EQ(features.size(), 6U);
    std::vector<float> out(6, -1);
    features.Encode(a, out);
    EXPECT_EQ(out, (std::vector<float>{1, 0, 0, 1, 0, 1}));
  }
}

}  // namespace
}  // namespace lode::predictors
