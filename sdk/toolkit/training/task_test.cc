#include "toolkit/training/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/temporary_directory.h"
#include "toolkit/images/jpeg_test_support.h"

namespace lode::training {
namespace {

using images::Batch;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::SizeIs;

constexpr std::size_t kSide = 28, kMiddle = (kSide + 1) * kSide / 2;

std::string BigEndian(std::size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift));
  }
  return bytes;
}

// Images of ten classes in turn; image i has gray level i everywhere but in one corner, so that
// each can be distinguished from all others and from its mirror image.
class TaskTest : public testing::Test {
 protected:
  TaskTest() {
    WriteSet("train", 120);
    WriteSet("t10k", 20);
    config_.data = directory_.path();
  }

  void WriteSet(const std::string& name, std::size_t count) const {
    std::ofstream images(directory_.path() / (name + "-images-idx3-ubyte"), std::ios::binary);
    std::ofstream labels(directory_.path() / (name + "-labels-idx1-ubyte"), std::ios::binary);
    images << BigEndian(0x803) << BigEndian(count) << BigEndian(kSide) << BigEndian(kSide);
    labels << BigEndian(0x801) << BigEndian(count);
    for (std::size_t i = 0; i < count; ++i) {
      images << '\xff' << std::string(kSide * kSide - 1, static_cast<char>(i));
      labels << static_cast<char>(i % 10);
    }
  }

  // Returns the gray levels of an epoch's images, at their centers.
  static std::vector<int> Grays(images::Loader& loader) {
    std::vector<int> grays;
    ForImages(loader, [&](const float* image) {
      const float value = image[kMiddle] * 0.35302F + 0.28604F;
      grays.push_back(static_cast<int>(std::lround(value * 255)));
    });
    return grays;
  }

  // Returns how many images of an epoch do not have exactly their bright corner.
  static std::size_t Changed(images::Loader& loader) {
    std::size_t changed = 0;
    ForImages(loader, [&](const float* image) {
      const bool bright = image[0] > 2 && image[kSide - 1] == image[kMiddle];
      changed += bright && image[kSide * kSide - 1] == image[1] ? 0 : 1;
    });
    return changed;
  }

  template <class See>
  static void ForImages(images::Loader& loader, const See& see) {
    loader.Begin(3);
    Batch batch;
    while (loader.Next(batch)) {
      for (std::size_t i = 0; i < batch.size; ++i) { see(&batch.images[i * kSide * kSide]); }
    }
  }

  TemporaryDirectory directory_;
  TaskConfig config_;
};

TEST_F(TaskTest, PartsHaveNoImageInCommon) {
  const Task task(config_);
  const auto train = Grays(*task.Training(10)), validation = Grays(*task.Validation(7));
  EXPECT_THAT(train, SizeIs(60));
  EXPECT_THAT(validation, SizeIs(60));
  std::set<int> all(train.begin(), train.end());
  all.insert(validation.begin(), validation.end());
  EXPECT_THAT(all, SizeIs(120));
  EXPECT_THAT(Grays(*task.Test(7)), SizeIs(20));
  EXPECT_THAT(train, IsSupersetOf(Grays(*task.Calibration(20, 7))));
  EXPECT_EQ(Grays(*task.Validation(60)), validation);  // in their order
}

TEST_F(TaskTest, OnlyTrainingIsShuffledAndAugmented) {
  const Task task(config_);
  EXPECT_FALSE(std::ranges::is_sorted(Grays(*task.Training(10))));
  EXPECT_GT(Changed(*task.Training(10)), 40U);
  EXPECT_EQ(Changed(*task.Calibration(60, 10)), 0U);
  EXPECT_EQ(Changed(*task.Validation(10)), 0U);
  EXPECT_EQ(Changed(*task.Test(10)), 0U);
}

TEST_F(TaskTest, EachAugmentationCanBeTurnedOff) {
  config_.pad = 0;
  config_.flip = false;
  EXPECT_EQ(Changed(*Task(config_).Training(10)), 0U);
  config_.flip = true;
  const std::size_t mirrored = Changed(*Task(config_).Training(10));
  EXPECT_TRUE(mirrored > 15 && mirrored < 45) << mirrored;
  config_.flip = false;
  config_.cutout = 2 * kSide;  // the square covers everything, wherever its center is
  EXPECT_EQ(Changed(*Task(config_).Training(10)), 60U);
}

TEST_F(TaskTest, PadsAnEighthOfTheSideByDefault) {
  TaskConfig four = config_, three = config_;
  four.pad = 4;
  three.pad = 3;
  const auto first = [](const TaskConfig& config) {
    Batch batch;
    const Task task(config);
    const auto loader = task.Training(60);
    loader->Begin(1);
    loader->Next(batch);
    return batch.images;
  };
  EXPECT_EQ(first(config_), first(four));
  EXPECT_NE(first(config_), first(three));
}

TEST_F(TaskTest, SizesClassesAndSplitsAreAsConfigured) {
  const auto validation = Grays(*Task(config_).Validation(60));
  config_.split_seed = 1;
  EXPECT_NE(Grays(*Task(config_).Validation(60)), validation);
  config_.validation_share = 0.25;
  EXPECT_THAT(Grays(*Task(config_).Validation(60)), SizeIs(30));
  config_.train_images = 40;
  config_.validation_images = 20;
  config_.test_images = 10;
  const Task small(config_);
  EXPECT_THAT(Grays(*small.Training(10)), SizeIs(40));
  EXPECT_THAT(Grays(*small.Validation(10)), SizeIs(20));
  EXPECT_THAT(Grays(*small.Test(10)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  config_.validation_share = 0;
  config_.train_images = 0;
  EXPECT_FALSE(Task(config_).has_validation());
  EXPECT_THAT(Grays(*Task(config_).Training(10)), SizeIs(120));
  config_.classes = 3;
  EXPECT_EQ(Task(config_).classes(), 3);
  EXPECT_THAT(Grays(*Task(config_).Training(10)), SizeIs(30));  // 36, in whole batches
}

TEST_F(TaskTest, TheDescriptionNamesWhatDeterminesTheParts) {
  TaskConfig other = config_;
  other.pad = 2;
  EXPECT_EQ(Task(other).DescribeParts(), Task(config_).DescribeParts());
  EXPECT_NE(Task(other).Describe(), Task(config_).Describe());
  other.split_seed = 9;
  EXPECT_NE(Task(other).DescribeParts(), Task(config_).DescribeParts());
}

TEST_F(TaskTest, KeepsTheLastBatchIfAsked) {
  const Task task(config_);
  EXPECT_THAT(Grays(*task.Training(25)), SizeIs(50));
  EXPECT_THAT(Grays(*task.Training(25, true)), SizeIs(60));
  EXPECT_THAT(Grays(*task.TrainingOnAll(50, false)), SizeIs(100));
  const auto all = Grays(*task.TrainingOnAll(50, true));
  EXPECT_THAT(std::set<int>(all.begin(), all.end()), SizeIs(120));
}

TEST_F(TaskTest, ShuffledValidationHasTheValidationImages) {
  const Task task(config_);
  auto shuffled = Grays(*task.ShuffledValidation(10));
  EXPECT_FALSE(std::ranges::is_sorted(shuffled));
  std::ranges::sort(shuffled);
  EXPECT_EQ(shuffled, Grays(*task.Validation(10)));
  EXPECT_EQ(Changed(*task.ShuffledValidation(10)), 0U);
}

// The left half of these photographs is black and the right half white, so that a crop shows what
// it has taken.
TEST_F(TaskTest, PhotographsAreCroppedAtRandomInTrainingOnly) {
  for (const char* part : {"train", "val"}) {
    for (const char* name : {"cat/1.JPEG", "cat/2.JPEG", "dog/1.JPEG", "dog/2.JPEG"}) {
      images::Image image{64, 128, 3, std::vector<std::uint8_t>(64 * 128 * 3, 0)};
      for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        image.pixels[i] = i / 3 % 128 < 64 ? 0 : 255;
      }
      directory_.Write(std::string("photographs/") + part + "/" + name, images::Jpeg(image));
    }
  }
  config_.dataset = "imagenet";
  config_.data = directory_.path() / "photographs";
  config_.resolution = 28;
  config_.flip = false;
  const Task task(config_);
  EXPECT_EQ(task.side(), 28);
  EXPECT_EQ(task.classes(), 2);
  const auto white = [](images::Loader& loader) {
    loader.Begin(3);
    Batch batch;
    std::vector<std::ptrdiff_t> counts;
    while (loader.Next(batch)) {
      EXPECT_EQ(batch.images.size(), batch.size * 28 * 28 * 3);
      counts.push_back(std::ranges::count_if(batch.images, [](float x) { return x > 0; }));
    }
    return counts;
  };
  EXPECT_THAT(white(*task.Test(1)), testing::Each(28 * 14 * 3));
  EXPECT_THAT(white(*task.Validation(1)), testing::Each(28 * 14 * 3));
  const auto trained = white(*task.Training(1));
  EXPECT_THAT(trained, SizeIs(2));
  EXPECT_NE(trained[0], trained[1]);
}

TEST_F(TaskTest, AcceptsOtherWaysToCut) {
  const Task task(config_, [](const TaskConfig&, const images::Data& data) {
    return Parts{{data.train, {0, 1}}, {data.test, {2}}, {data.test, {3, 4}}, "mine"};
  });
  EXPECT_THAT(Grays(*task.Training(2)), testing::UnorderedElementsAre(0, 1));
  EXPECT_THAT(Grays(*task.Validation(2)), ElementsAre(2));
  EXPECT_THAT(Grays(*task.Test(2)), ElementsAre(3, 4));
  EXPECT_EQ(task.DescribeParts(), "mine");
}

}  // namespace
}  // namespace lode::training
