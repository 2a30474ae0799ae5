#include "toolkit/training/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace lode::training {
namespace {

using torch::Tensor;

Evaluation Count(const Tensor& logits, const std::vector<std::int64_t>& labels) {
  Tally tally;
  tally.Add(logits, torch::tensor(labels));
  return tally.Result();
}

TEST(TallyTest, CountsLabelsAmongTheBestOneAndFive) {
  const Tensor row = torch::tensor({6.0F, 5.0F, 4.0F, 3.0F, 2.0F, 1.0F, 0.0F});
  const Evaluation e = Count(row.repeat({4, 1}), {0, 1, 4, 5});
  EXPECT_EQ(e.images, 4);
  EXPECT_DOUBLE_EQ(e.top1, 25);  // the first
  EXPECT_DOUBLE_EQ(e.top5, 75);  // all but the last
}

TEST(TallyTest, ANetworkThatDistinguishesNothingScoresLikeGuessing) {
  const Evaluation e = Count(torch::zeros({3, 10}), {0, 4, 9});
  EXPECT_NEAR(e.top1, 10, 1e-5);
  EXPECT_NEAR(e.top5, 50, 1e-5);
  EXPECT_NEAR(e.loss, std::log(10.0), 1e-6);
}

TEST(TallyTest, ToTextAndBackIsExactToTheBit) {
  Tally tally;
  torch::manual_seed(1);
  tally.Add(torch::randn({7, 9}), torch::tensor({0, 1, 2, 3, 4, 5, 6}));
  const auto read = Tally::Parse(tally.Format());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->Result().loss, tally.Result().loss);
  EXPECT_EQ(read->Result().top1, tally.Result().top1);
  EXPECT_EQ(read->Result().top5, tally.Result().top5);
  EXPECT_EQ(read->Result().images, 7);
  for (const char* text : {"", "1 2 3", "1 2 3 4 5", "1 2 3 x", "1 2 3 4.5"}) {
    EXPECT_FALSE(Tally::Parse(text)) << text;
  }
}

TEST(TallyTest, TwoEqualLogitsCountHalf) {
  const Tensor two = torch::tensor({{2.0F, 2.0F, 1.0F}});
  EXPECT_DOUBLE_EQ(Count(two, {0}).top1, 50);
  EXPECT_DOUBLE_EQ(Count(two, {1}).top1, 50);
  EXPECT_DOUBLE_EQ(Count(two, {2}).top1, 0);
  EXPECT_DOUBLE_EQ(Count(two, {2}).top5, 100);
  // Two are equal, in fifth and sixth place.
  const Tensor border = torch::tensor({{9.0F, 8.0F, 7.0F, 6.0F, 5.0F, 5.0F, 1.0F}});
  EXPECT_DOUBLE_EQ(Count(border, {4}).top5, 50);
  EXPECT_DOUBLE_EQ(Count(border, {6}).top5, 0);
}

TEST(TallyTest, NaNIsNotARightAnswer) {
  const Tensor nan = torch::full({2, 3}, std::numeric_limits<float>::quiet_NaN());
  const Evaluation e = Count(nan, {0, 2});
  EXPECT_DOUBLE_EQ(e.top1, 0);
  EXPECT_DOUBLE_EQ(e.top5, 0);
  EXPECT_TRUE(std::isnan(e.loss));
}

TEST(TallyTest, AveragesOverImagesAndNotOverBatches) {
  Tally tally;
  const float l = std::log(3.0F);
  tally.Add(torch::tensor({{0.0F, l}}), torch::tensor({std::int64_t{1}}));  // probability 3/4
  tally.Add(torch::tensor({{l, 0.0F}, {l, 0.0F}, {0.0F, l}}),
            torch::tensor({std::int64_t{1}, std::int64_t{1}, std::int64_t{1}}));
  const Evaluation e = tally.Result();
  EXPECT_EQ(e.images, 4);
  EXPECT_DOUBLE_EQ(e.top1, 50);
  EXPECT_NEAR(e.loss, (2 * std::log(4.0 / 3) + 2 * std::log(4.0)) / 4, 1e-6);
}

TEST(TallyTest, IsZeroWithoutImages) {
  const Evaluation e = Tally().Result();
  EXPECT_EQ(e.images, 0);
  EXPECT_EQ(e.top1, 0);
  EXPECT_EQ(e.loss, 0);
}

}  // namespace
}  // namespace lode::training
