#include "toolkit/images/data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "tests/temporary_directory.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;

constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

template <class Error = IoError>
std::string OpenFailure(const DataSource& source) {
  return Failure<Error>([&] { Open(source); });
}

std::vector<std::size_t> Counts(const ImageSet& set) {
  std::vector<std::size_t> counts(set.classes());
  for (std::size_t i = 0; i < set.size(); ++i) { ++counts[set.Label(i)]; }
  return counts;
}

std::vector<std::uint32_t> FirstLabels(const ImageSet& set) {
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < 10; ++i) { labels.push_back(set.Label(i)); }
  return labels;
}

TEST(Data, HasNames) {
  EXPECT_THAT(DatasetNames(), ElementsAre("fashion_mnist", "cifar10", "cifar100", "imagenet16",
                                          "imagenet32", "imagenet"));
}

TEST(Data, RefusesUnknownDataSets) {
  EXPECT_EQ(OpenFailure<InvalidError>({"cifar", "/nowhere", 0}),
            "unknown data set \"cifar\" (nearest: \"cifar10\")");
  EXPECT_EQ(OpenFailure<InvalidError>({"cifar10", "", 0}),
            "the data set \"cifar10\" needs a directory");
  EXPECT_EQ(OpenFailure<InvalidError>({"cifar10", "/nowhere", 11}),
            "classes is 11, and \"cifar10\" has 10");
  for (const std::string& name : DatasetNames()) {
    EXPECT_THAT(OpenFailure({name, "/nowhere", 0}), HasSubstr("/nowhere")) << name;
  }
}

TEST(Data, RefusesAClassWithoutImages) {
  const TemporaryDirectory directory;
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                           "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"}) {
    std::string records;
    for (const char label : {'\0', '\1', '\3'}) { records += label + Noise(3072); }
    WriteFile(directory.path() / name, records);
  }
  EXPECT_EQ(OpenFailure({"cifar10", directory.path(), 4}),
            directory.path().string() + ": class 2 has no images to train on");
  EXPECT_EQ(Open({"cifar10", directory.path(), 2}).train->size(), 10u);
}

// The labels are those of the well-known first ten images; the counts are the authors'.
TEST(FashionMnist, IsAsPublished) {
  if (!fs::exists(kFashionMnist)) { GTEST_SKIP() << "no " << kFashionMnist; }
  const Data data = Open({"fashion_mnist", "", 0});
  EXPECT_EQ(data.resolution, 28u);
  EXPECT_EQ(data.train->channels(), 1u);
  EXPECT_THAT(Counts(*data.train), Each(6000u));
  EXPECT_THAT(Counts(*data.test), Each(1000u));
  EXPECT_THAT(FirstLabels(*data.train), ElementsAre(9, 0, 0, 3, 0, 2, 7, 2, 5, 5));
  EXPECT_THAT(FirstLabels(*data.test), ElementsAre(9, 2, 1, 1, 6, 1, 4, 6, 5, 7));
}

TEST(FashionMnist, HasTheMeanAndDeviationInUse) {
  if (!fs::exists(kFashionMnist)) { GTEST_SKIP() << "no " << kFashionMnist; }
  const Data data = Open({"fashion_mnist", "", 0});
  double sum = 0, squares = 0;
  Image image;
  for (std::size_t i = 0; i < data.train->size(); ++i) {
    data.train->Read(i, image);
    for (const std::uint8_t byte : image.pixels) {
      sum += byte;
      squares += byte * byte;
    }
  }
  const double count = 60000.0 * 28 * 28, mean = sum / count / 255;
  EXPECT_THAT(data.mean, ElementsAre(FloatNear(static_cast<float>(mean), 1e-5f)));
  EXPECT_THAT(
      data.std,
      ElementsAre(FloatNear(
          static_cast<float>(std::sqrt(squares / count / 255 / 255 - mean * mean)), 1e-5f)));
}

TEST(FashionMnist, CanBeLimitedToTheFirstClasses) {
  if (!fs::exists(kFashionMnist)) { GTEST_SKIP() << "no " << kFashionMnist; }
  const Data data = Open({"fashion_mnist", kFashionMnist, 3});
  EXPECT_EQ(data.train->classes(), 3u);
  EXPECT_THAT(Counts(*data.test), Each(1000u));
}

// Real images of CIFAR-10; the expected values come from the files' bytes.
TEST(Cifar10, ReadsRealImages) {
  const fs::path tool = SharedData() / "../tools/cifar10_bin.py";
  if (!fs::exists(tool) || !HavePillow()) { GTEST_SKIP() << "no " << tool << ", or no Pillow"; }
  const TemporaryDirectory directory;
  const std::string command = "/usr/bin/python3 " + tool.string() + " " +
                              directory.path().string() + " --train 20 --test 5 > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT
  const Data data = Open({"cifar10", directory.path(), 0});
  EXPECT_THAT(Counts(*data.train), Each(20u));
  EXPECT_THAT(Counts(*data.test), Each(5u));
  const std::string file = FileBytes(directory.path() / "cifar-10-batches-bin/data_batch_2.bin");
  Image image;
  for (std::size_t i = 0; i < 40; ++i) {
    const std::string record = file.substr(i * 3073, 3073);
    EXPECT_EQ(data.train->Label(40 + i), static_cast<std::uint32_t>(record[0]));
    data.train->Read(40 + i, image);
    for (std::size_t p = 0; p < 1024; ++p) {
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_EQ(image.pixels[3 * p + c], static_cast<std::uint8_t>(record[1 + c * 1024 + p]));
      }
    }
  }
}

// ImageNet16-120, unless more classes are requested.
TEST(Data, ImageNet16HasItsUsualClasses) {
  const TemporaryDirectory directory;
  constexpr std::size_t kImages = 122;
  std::string labels;
  for (std::size_t i = 1; i <= kImages; ++i) { labels += static_cast<char>(i); }
  const std::string count = std::to_string(kImages);
  const std::map<std::string, std::string> members = {
      {"data.npy", Npy(Dictionary("|u1", "(" + count + ", 768)"), Noise(kImages * 768))},
      {"labels.npy", Npy(Dictionary("|u1", "(" + count + ",)"), labels)}};
  for (int batch = 1; batch <= 10; ++batch) {
    WriteZip(directory.path() / ("train_data_batch_" + std::to_string(batch) + ".npz"), members);
  }
  WriteZip(directory.path() / "val_data.npz", members);
  const Data data = Open({"imagenet16", directory.path(), 0});
  EXPECT_EQ(data.train->classes(), 120u);
  EXPECT_EQ(data.train->size(), 1200u);
  EXPECT_EQ(data.test->size(), 120u);
  EXPECT_EQ(Open({"imagenet16", directory.path(), 122}).test->classes(), 122u);
}

TEST(Data, HasItsAuthorsConstants) {
  const TemporaryDirectory directory;
  std::string records;
  for (char label = 0; label < 100; ++label) {
    records += std::string(1, '\0') + label + Noise(3072);
  }
  WriteFile(directory.path() / "train.bin", records);
  WriteFile(directory.path() / "test.bin", records);
  const Data data = Open({"cifar100", directory.path(), 0});
  EXPECT_EQ(data.resolution, 32u);
  EXPECT_THAT(data.mean, ElementsAre(FloatNear(0.5070588f, 1e-6f), FloatNear(0.4866667f, 1e-6f),
                                     FloatNear(0.4407843f, 1e-6f)));
  EXPECT_THAT(data.std, ElementsAre(FloatNear(0.2674510f, 1e-6f), FloatNear(0.2564706f, 1e-6f),
                                    FloatNear(0.2760784f, 1e-6f)));
}

}  // namespace
}  // namespace lode::images
