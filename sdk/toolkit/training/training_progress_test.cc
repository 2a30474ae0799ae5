#include "toolkit/training/training_progress.h"

#include <gtest/gtest.h>

namespace lode::training {
namespace {

class ImageRateTest : public testing::Test {
 protected:
  // Trains at a rate for a time, one batch of images a second.
  void Train(std::int64_t images_per_second, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      time_ += 1000;
      rate_.Add(images_per_second);
    }
  }
  std::string Text(const Evaluation& so_far = {}, std::uint64_t epoch = 2) const {
    return DescribeEpoch(epoch, 12, rate_, so_far);
  }

  double time_ = 5000;  // ms
  ImageRate rate_{[this] { return time_; }};
};

TEST_F(ImageRateTest, IsNotGuessed) {
  EXPECT_EQ(rate_.PerSecond(), std::nullopt);
  rate_.Add(64);
  time_ += 999;
  EXPECT_EQ(rate_.PerSecond(), std::nullopt);
  time_ += 1;
  EXPECT_EQ(rate_.PerSecond(), 64);
}

TEST_F(ImageRateTest, WithoutImagesThereIsNone) {
  time_ += 60000;
  EXPECT_EQ(rate_.PerSecond(), std::nullopt);
}

TEST_F(ImageRateTest, FollowsATrainingThatBecomesSlower) {
  Train(900, 60);
  EXPECT_EQ(rate_.PerSecond(), 900);
  Train(300, 4);
  EXPECT_LT(rate_.PerSecond(), 900);
  Train(300, 6);
  EXPECT_EQ(rate_.PerSecond(), 300);
}

TEST_F(ImageRateTest, FallsWhileNothingHappens) {
  Train(100, 10);
  time_ += 90000;
  EXPECT_LT(rate_.PerSecond(), 11);
}

TEST_F(ImageRateTest, ARestartForgetsAPause) {
  Train(100, 10);
  time_ += 90000;
  rate_.Restart();
  EXPECT_EQ(rate_.PerSecond(), std::nullopt);
  Train(100, 2);
  EXPECT_EQ(rate_.PerSecond(), 100);
}

TEST_F(ImageRateTest, IsPartOfTheText) {
  EXPECT_EQ(Text(), "epoch 3 of 12");
  const Evaluation so_far{.top1 = 45.06, .top5 = 90, .loss = 1.2344, .images = 64};
  EXPECT_EQ(Text(so_far), "epoch 3 of 12, loss 1.234, top-1 45.1 %");
  Train(812, 2);
  EXPECT_EQ(Text(so_far), "epoch 3 of 12, 812 images/s, loss 1.234, top-1 45.1 %");
}

TEST_F(ImageRateTest, ASlowRateHasDecimals) {
  Train(3, 4);
  time_ += 500;
  EXPECT_EQ(Text(), "epoch 3 of 12, 2.67 images/s");
}

// A relaxed network may be trained for longer than its schedule says.
TEST_F(ImageRateTest, EpochsAfterThePlannedOnesHaveNoEnd) {
  EXPECT_EQ(Text({}, 11), "epoch 12 of 12");
  EXPECT_EQ(Text({}, 12), "epoch 13");
}

}  // namespace
}  // namespace lode::training
