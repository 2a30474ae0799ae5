// The expected shares are those of the analysis of variance of a full design, by hand.
#include "core/page/forest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace lode::core {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr ForestSettings kExact = {.trees = 1, .leaf = 1, .resampled = false};

// All combinations of three decisions with 3, 2 and 2 choices.
Samples FullDesign(const std::function<double(int, int, int)>& value) {
  Samples samples{{3, 2, 2}, {}, {}};
  for (std::uint8_t a = 0; a < 3; ++a) {
    for (std::uint8_t b = 0; b < 2; ++b) {
      for (std::uint8_t c = 0; c < 2; ++c) {
        samples.taken.push_back({a, b, c});
        samples.values.push_back(value(a, b, c));
      }
    }
  }
  return samples;
}

// The variances are 3 * 3 * 2 / 3 = 6 and 4 * 4 / 4 = 4.
TEST(Forest, GivesTheSharesOfASum) {
  const Importance found =
      ImportanceOf(FullDesign([](int a, int b, int) { return 3 * a + 4 * b; }), kExact);
  EXPECT_NEAR(found.variance, 10, 1e-9);
  EXPECT_NEAR(found.decisions[0].share, 0.6, 1e-9);
  EXPECT_NEAR(found.decisions[1].share, 0.4, 1e-9);
  EXPECT_NEAR(found.decisions[2].share, 0, 1e-9);
  EXPECT_THAT(found.decisions[0].means,
              ElementsAre(DoubleNear(2, 1e-9), DoubleNear(5, 1e-9), DoubleNear(8, 1e-9)));
  EXPECT_THAT(found.decisions[1].means, ElementsAre(DoubleNear(3, 1e-9), DoubleNear(7, 1e-9)));
}

// a * b over {0, 1, 2} x {0, 1}: the mean is 1/2, the variance 5/6 - 1/4 = 7/12. The means of a are
// 0, 1/2 and 1, with a variance of 1/6; those of b are 0 and 1, with a variance of 1/4. The rest,
// 1/6, is their interaction.
TEST(Forest, LeavesInteractionsOut) {
  const Importance found =
      ImportanceOf(FullDesign([](int a, int b, int) { return a * b; }), kExact);
  EXPECT_NEAR(found.variance, 7.0 / 12, 1e-9);
  EXPECT_NEAR(found.decisions[0].share, 2.0 / 7, 1e-9);
  EXPECT_NEAR(found.decisions[1].share, 3.0 / 7, 1e-9);
  EXPECT_NEAR(found.decisions[2].share, 0, 1e-9);
}

TEST(Forest, FindsNothingInAConstant) {
  const Importance found = ImportanceOf(FullDesign([](int, int, int) { return 7; }));
  EXPECT_EQ(found.variance, 0);
  EXPECT_EQ(found.decisions[0].share, 0);
}

// Samples that an optimizer has drawn are not even: the space is.
TEST(Forest, WeighsCombinationsAndNotSamples) {
  Samples samples = FullDesign([](int a, int b, int) { return 3 * a + 4 * b; });
  for (int i = 0; i < 100; ++i) {
    samples.taken.push_back({2, 1, 0});
    samples.values.push_back(10);
  }
  EXPECT_NEAR(ImportanceOf(samples, kExact).decisions[0].share, 0.6, 1e-9);
}

TEST(Forest, IsCloseWithItsUsualSettings) {
  Samples samples;
  for (int copy = 0; copy < 20; ++copy) {
    const Samples once = FullDesign([](int a, int b, int) { return 3 * a + 4 * b; });
    samples.choices = once.choices;
    samples.taken.insert(samples.taken.end(), once.taken.begin(), once.taken.end());
    samples.values.insert(samples.values.end(), once.values.begin(), once.values.end());
  }
  const Importance found = ImportanceOf(samples);
  EXPECT_NEAR(found.decisions[0].share, 0.6, 0.05);
  EXPECT_NEAR(found.decisions[1].share, 0.4, 0.05);
  EXPECT_EQ(found.decisions[0].share, ImportanceOf(samples).decisions[0].share);
}

TEST(Forest, TakesOneSample) {
  const Importance found = ImportanceOf({{2, 64}, {{1, 63}}, {3}});
  EXPECT_EQ(found.variance, 0);
  EXPECT_EQ(found.decisions[1].means.size(), 64u);
}

}  // namespace
}  // namespace lode::core
