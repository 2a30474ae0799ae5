#include "core/run/best_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::atomic<BestPictures::Clock::time_point> picture_time;

class BestPicturesTest : public testing::Test {
 protected:
  static void Pass(BestPictures::Clock::duration time) {
    picture_time = picture_time.load() + time;
  }

  // Polls until there is one.
  BestPictures::Picture Await() {
    std::optional<BestPictures::Picture> picture;
    while (!picture) { picture = pictures_.Poll(); }
    return *picture;
  }

  std::vector<std::string> drawn_;
  BestPictures pictures_{[this](const std::string& architecture) {
                           drawn_.push_back(architecture);
                           return architecture == "plain" ? "" : "svg of " + architecture;
                         },
                         [](const std::string& svg) {
                           if (svg == "svg of bad") { throw HostError("cannot be drawn"); }
                           return "png of " + svg;
                         },
                         [] { return picture_time.load(); }};
};

TEST_F(BestPicturesTest, APictureComesWhenItIsFinished) {
  pictures_.Offer(3, "a");
  const BestPictures::Picture picture = Await();
  EXPECT_EQ(picture.step, 3u);
  EXPECT_EQ(picture.png, "png of svg of a");
  EXPECT_FALSE(pictures_.Poll());
  EXPECT_FALSE(pictures_.Finish());
}

TEST_F(BestPicturesTest, BetweenTwoIsAnInterval) {
  pictures_.Offer(0, "a");
  Await();
  pictures_.Offer(1, "b");
  Pass(BestPictures::kInterval - std::chrono::seconds(1));
  EXPECT_FALSE(pictures_.Poll());
  pictures_.Offer(2, "c");  // in place of the one before
  EXPECT_FALSE(pictures_.Poll());
  EXPECT_THAT(drawn_, ElementsAre("a"));
  Pass(std::chrono::seconds(1));
  EXPECT_EQ(Await().step, 2u);
  EXPECT_THAT(drawn_, ElementsAre("a", "c"));
}

TEST_F(BestPicturesTest, TheEndWaitsForTheLast) {
  pictures_.Offer(0, "a");
  pictures_.Poll();
  pictures_.Offer(1, "b");
  EXPECT_EQ(pictures_.Finish()->png, "png of svg of b");
  EXPECT_THAT(drawn_, ElementsAre("a", "b"));
}

TEST_F(BestPicturesTest, WhatWasDrawnLastIsNotDrawnAgain) {
  pictures_.Offer(4, "a");
  Await();
  pictures_.Offer(9, "a");
  const auto picture = pictures_.Finish();
  EXPECT_EQ(picture->step, 9u);
  EXPECT_EQ(picture->png, "png of svg of a");
  EXPECT_THAT(drawn_, ElementsAre("a"));
}

TEST_F(BestPicturesTest, ASpaceMayDrawNone) {
  pictures_.Offer(0, "plain");
  EXPECT_FALSE(pictures_.Poll());
  pictures_.Offer(1, "plain");
  EXPECT_FALSE(pictures_.Finish());
}

TEST_F(BestPicturesTest, APictureThatFailsIsAnError) {
  pictures_.Offer(0, "bad");
  EXPECT_THROW(Await(), HostError);
  EXPECT_THAT(drawn_, ElementsAre("bad"));
}

}  // namespace
}  // namespace lode::core
