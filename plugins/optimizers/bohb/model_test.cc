#include "plugins/optimizers/bohb/model.h"

#include <gtest/gtest.h>

#include <limits>
#include <lode/testing.hpp>
#include <vector>

namespace bohb {
namespace {

using lode::sampling::Choices;
using lode::sampling::Row;

const std::vector<Row> kTwoRows = {{0, 3, false}, {3, 3, false}};
const double kFailed = -std::numeric_limits<double>::infinity();

Model Make(std::size_t min_points = 3, double good_share = 0.15) {
  return {
      kTwoRows, 2, {.good_share = good_share, .least_bandwidth = 1e-3, .min_points = min_points}};
}

// Three good and three bad ones of two rows are the least.
TEST(ModelTest, NeedsMoreResultsThanRowsOnBothSides) {
  Model model = Make();
  EXPECT_FALSE(model.Fit());
  for (std::uint32_t i = 0; i < 5; ++i) { model.Add(0, {i % 3, 0}, i); }
  EXPECT_FALSE(model.Fit());
  model.Add(0, {0, 0}, 0);
  EXPECT_TRUE(model.Fit());
}

// The three best have a 1 in the first row; failures are the worst.
TEST(ModelTest, PromisesWhatTheBestHave) {
  Model model = Make();
  for (const double reward : {7, 8, 9}) { model.Add(0, {1, 0}, reward); }
  for (const double reward : {1.0, 2.0, kFailed}) { model.Add(0, {2, 0}, reward); }
  ASSERT_TRUE(model.Fit());
  EXPECT_GT(model.Promise(Choices{1, 0}), 1);
  EXPECT_LT(model.Promise(Choices{2, 0}), 1);
  EXPECT_NEAR(model.Promise(Choices{0, 2}), 1, 1e-9) << "as far from all";
  lode::test::TestHost host(1);
  int ones = 0;
  for (int i = 0; i < 100; ++i) { ones += model.Draw(host.host().Random())[0] == 1; }
  EXPECT_GT(ones, 95);
}

// hpbandster: of 47 results max(3, floor(0.15 * 47)) = 7 are good and floor(0.85 * 47) = 39 bad, so
// that one, the worst, is neither.
TEST(ModelTest, RoundsBothSharesDown) {
  Model model = Make();
  for (std::uint32_t i = 0; i < 47; ++i) {
    const bool good = i >= 40, worst = i == 0;
    model.Add(0, {good ? 1u : worst ? 0u : 2u, 0}, i);
  }
  ASSERT_TRUE(model.Fit());
  // The kernels have the least bandwidth, 1e-3, for all rows of equal choices.
  const double same = 1 - 1e-3, other = 1e-3 / 2;
  EXPECT_NEAR(model.Promise(Choices{1, 0}), same / other, 1e-6);
  EXPECT_NEAR(model.Promise(Choices{2, 0}), other / same, 1e-6);
  EXPECT_NEAR(model.Promise(Choices{0, 0}), 1, 1e-9) << "neither a good nor a bad one";
}

TEST(ModelTest, IsOfTheHighestRungThatHasEnough) {
  Model model = Make();
  for (std::uint32_t i = 0; i < 6; ++i) { model.Add(0, {i < 3 ? 2u : 1u, 0}, i); }
  ASSERT_TRUE(model.Fit());
  EXPECT_GT(model.Promise(Choices{1, 0}), 1);
  for (std::uint32_t i = 0; i < 5; ++i) { model.Add(1, {i < 3 ? 1u : 0u, 0}, i); }
  ASSERT_TRUE(model.Fit());
  EXPECT_GT(model.Promise(Choices{1, 0}), 1);
  model.Add(1, {0, 0}, 9);
  ASSERT_TRUE(model.Fit());
  EXPECT_GT(model.Promise(Choices{0, 0}), 1);
  EXPECT_LT(model.Promise(Choices{1, 0}), 1);
  for (std::uint32_t i = 0; i < 30; ++i) { model.Add(0, {1, 0}, 100); }  // ignored
  ASSERT_TRUE(model.Fit());
  EXPECT_LT(model.Promise(Choices{1, 0}), 1);
}

}  // namespace
}  // namespace bohb
