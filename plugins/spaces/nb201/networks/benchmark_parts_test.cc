#include "plugins/spaces/nb201/networks/benchmark_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/images/pixel_set.h"

namespace nb201 {
namespace {

using lode::training::Parts;
using lode::training::TaskConfig;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::shared_ptr<const lode::images::ImageSet> SetOf(std::size_t classes, std::size_t per_class) {
  auto set = std::make_shared<lode::images::PixelSet>(lode::images::PixelShape{2, 2, 3}, classes);
  for (std::size_t i = 0; i < classes * per_class; ++i) {
    set->Add(std::string(12, 'x'), static_cast<std::uint32_t>(i % classes));
  }
  return set;
}

class BenchmarkPartsTest : public testing::Test {
 protected:
  Parts Cut(const std::string& dataset, std::size_t classes, const std::string& file = "") {
    config_.dataset = dataset;
    lode::images::Data data;
    data.train = SetOf(classes, 4);
    data.test = SetOf(classes, 2);
    return CutAsBenchmark(config_, data, file);
  }

  std::string FileWith(const std::string& text) const {
    const std::string file = directory_.path() / "split.txt";
    std::ofstream(file) << text;
    return file;
  }

  // Returns the error of cutting CIFAR-10 by a file with this text.
  std::string Refusal(const std::string& text) {
    return lode::Failure<lode::IoError>([&] { Cut("cifar10", 10, FileWith(text)); });
  }

  TaskConfig config_;
  lode::TemporaryDirectory directory_;
};

// Every position of 0 to count - 1 except these, in the authors' number format.
std::string AllExcept(std::size_t count, const std::set<std::size_t>& but) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (!but.contains(i)) { text += (text.empty() ? "\"" : ", \"") + std::to_string(i) + "\""; }
  }
  return text;
}

TEST_F(BenchmarkPartsTest, Cifar10IsCutInItsTrainingImages) {
  const Parts parts = Cut("cifar10", 10);
  EXPECT_THAT(parts.train.positions, SizeIs(20));
  EXPECT_THAT(parts.validation.positions, SizeIs(20));
  EXPECT_EQ(parts.validation.images, parts.train.images);
  EXPECT_THAT(parts.test.positions, SizeIs(20));
  EXPECT_NE(parts.test.images, parts.train.images);
  std::set<std::uint32_t> all(parts.train.positions.begin(), parts.train.positions.end());
  all.insert(parts.validation.positions.begin(), parts.validation.positions.end());
  EXPECT_THAT(all, SizeIs(40));
}

TEST_F(BenchmarkPartsTest, TheOthersAreCutInTheirTestImages) {
  for (const auto& [dataset, classes] : {std::pair("cifar100", 100U), {"imagenet16", 120U}}) {
    const Parts parts = Cut(dataset, classes);
    EXPECT_THAT(parts.train.positions, SizeIs(4 * classes));
    EXPECT_THAT(parts.validation.positions, SizeIs(classes));
    EXPECT_THAT(parts.test.positions, SizeIs(classes));
    EXPECT_EQ(parts.validation.images, parts.test.images);
    EXPECT_NE(parts.validation.images, parts.train.images);
    std::set<std::uint32_t> all(parts.test.positions.begin(), parts.test.positions.end());
    all.insert(parts.validation.positions.begin(), parts.validation.positions.end());
    EXPECT_THAT(all, SizeIs(2 * classes));
  }
}

TEST_F(BenchmarkPartsTest, ReadsTheAuthorsFiles) {
  const std::string file =
      FileWith("{\n  \"train\": [\"int\", [\"3\", \"1\"]],\n  \"valid\": [\"int\", [" +
               AllExcept(40, {1, 3}) + "]]\n}\n");
  const Parts parts = Cut("cifar10", 10, file);
  EXPECT_THAT(parts.train.positions, ElementsAre(1, 3));
  EXPECT_THAT(parts.validation.positions, SizeIs(38));
  const Parts other =
      Cut("cifar100", 100, FileWith("{\"xvalid\": [0], \"xtest\": [" + AllExcept(200, {0}) + "]}"));
  EXPECT_THAT(other.validation.positions, ElementsAre(0));
  EXPECT_THAT(other.test.positions, SizeIs(199));
}

TEST_F(BenchmarkPartsTest, DifferentPartsHaveDifferentNames) {
  const std::string drawn = Cut("cifar10", 10).name;
  config_.split_seed = 1;
  EXPECT_NE(Cut("cifar10", 10).name, drawn);
  const auto name = [&](const char* first, const std::set<std::size_t>& but) {
    return Cut("cifar10", 10,
               FileWith(std::string("{\"train\": [") + first + "], \"valid\": [" +
                        AllExcept(40, but) + "]}"))
        .name;
  };
  EXPECT_EQ(name("1", {1}), name("1", {1}));
  EXPECT_NE(name("1", {1}), name("2", {2}));
  EXPECT_NE(name("1", {1}), drawn);
}

TEST_F(BenchmarkPartsTest, NamesTheErrorInAFile) {
  EXPECT_THAT(Refusal("{\"train\": [1]"), HasSubstr("split.txt: "));
  EXPECT_THAT(Refusal("[]"), HasSubstr("split.txt: is not a JSON object with two lists"));
  EXPECT_THAT(Refusal("{\"xvalid\": [], \"xtest\": []}"), HasSubstr("has no list \"train\""));
  EXPECT_THAT(Refusal("{\"train\": [40], \"valid\": []}"),
              HasSubstr("has the position 40, expected 0 to 39"));
  EXPECT_THAT(Refusal("{\"train\": [\"1x\"], \"valid\": []}"),
              HasSubstr("has the position \"1x\""));
  EXPECT_THAT(Refusal("{\"train\": [-1], \"valid\": []}"), HasSubstr("has the position -1"));
  EXPECT_THAT(Refusal("{\"train\": [1, 2], \"valid\": [2]}"),
              HasSubstr("has the position 2 twice"));
  EXPECT_THAT(Refusal("{\"train\": [1, 2], \"valid\": [3]}"),
              HasSubstr("lists 2 and 1 images, expected all 40 in two parts"));
  EXPECT_THAT(Refusal("{\"train\": [], \"valid\": [" + AllExcept(40, {}) + "]}"),
              HasSubstr("lists 0 and 40 images"));
}

TEST_F(BenchmarkPartsTest, RefusesDataThatTheBenchmarkDoesNotHave) {
  EXPECT_THROW(Cut("fashion_mnist", 10), lode::InvalidError);
  EXPECT_THROW(Cut("cifar100", 50), lode::InvalidError);
  EXPECT_THROW(Cut("imagenet16", 1000), lode::InvalidError);
  config_.validation_share = 0.3;
  EXPECT_THROW(Cut("cifar10", 10), lode::InvalidError);
}

}  // namespace
}  // namespace nb201
