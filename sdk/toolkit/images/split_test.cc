#include "toolkit/images/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using testing::ElementsAre;
using Indices = std::vector<std::uint32_t>;

// Image i has class i % 3 while that class has images left: 30 of class 0 and 1, 7 of class 2.
MadeUpSet ThreeClasses() {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t i = 0; i < 90; ++i) {
    if (i % 3 < 2 || i < 21) { labels.push_back(i % 3); }
  }
  return {labels, 3};
}

std::map<std::uint32_t, int> Counts(const ImageSet& set, const Indices& indices) {
  std::map<std::uint32_t, int> counts;
  for (const std::uint32_t i : indices) { ++counts[set.Label(i)]; }
  return counts;
}

TEST(SplitInHalves, PutsEveryImageInOnePartInTheSameSharesOfEachClass) {
  const MadeUpSet set = ThreeClasses();
  const Split split = SplitInHalves(set, 1);
  EXPECT_EQ(Counts(set, split.train), (std::map<std::uint32_t, int>{{0, 15}, {1, 15}, {2, 4}}));
  EXPECT_EQ(Counts(set, split.validation),
            (std::map<std::uint32_t, int>{{0, 15}, {1, 15}, {2, 3}}));
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
  Indices both;
  std::merge(split.train.begin(), split.train.end(), split.validation.begin(),
             split.validation.end(), std::back_inserter(both));
  EXPECT_EQ(both, AllOf(set));
}

TEST(SplitInHalves, IsAFunctionOfTheSeed) {
  const MadeUpSet set = ThreeClasses();
  EXPECT_EQ(SplitInHalves(set, 5).train, SplitInHalves(set, 5).train);
  EXPECT_NE(SplitInHalves(set, 5).train, SplitInHalves(set, 6).train);
}

TEST(SplitInHalves, TakesOtherShares) {
  const MadeUpSet set = ThreeClasses();
  EXPECT_EQ(Counts(set, SplitInHalves(set, 1, 0.9).train),
            (std::map<std::uint32_t, int>{{0, 27}, {1, 27}, {2, 6}}));
}

TEST(SplitInHalves, RefusesToLeaveAClassOutOfAPart) {
  const MadeUpSet set = ThreeClasses();
  const auto failure = [](const ImageSet& s, double share) {
    return Failure<InvalidError>([&] { SplitInHalves(s, 1, share); });
  };
  EXPECT_EQ(failure(set, 0.95), "class 2 has 7 images, too few to split: 7 to train on");
  EXPECT_EQ(failure(set, 0.02), "class 2 has 7 images, too few to split: 0 to train on");
  for (const double share : {0.0, 1.0, -1.0, std::nan("")}) {
    EXPECT_NE(failure(set, share), "") << share;
  }
  EXPECT_EQ(failure(MadeUpSet({0, 0}, 2), 0.5),
            "class 1 has 0 images, too few to split: 0 to train on");
}

// 4 of class 0, 2 of class 1: three images are two and one.
TEST(FirstOfEachClass, KeepsTheSharesOfTheClasses) {
  const MadeUpSet set({0, 0, 0, 1, 0, 1}, 2);
  EXPECT_THAT(FirstOfEachClass(set, AllOf(set), 3), ElementsAre(0, 1, 3));
  EXPECT_THAT(FirstOfEachClass(set, AllOf(set), 1), ElementsAre(0));
  EXPECT_THAT(FirstOfEachClass(set, AllOf(set), 0), ElementsAre());
  EXPECT_EQ(FirstOfEachClass(set, AllOf(set), 6), AllOf(set));
  EXPECT_EQ(FirstOfEachClass(set, AllOf(set), 7), AllOf(set));
  EXPECT_THAT(FirstOfEachClass(set, {2, 3, 4, 5}, 2), ElementsAre(2, 3));
}

TEST(FirstOfEachClass, TakesEquallyManyFromEqualClasses) {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t i = 0; i < 1000; ++i) { labels.push_back(i * 7 % 10); }
  const MadeUpSet set(labels, 10);
  for (const auto& [label, count] : Counts(set, FirstOfEachClass(set, AllOf(set), 250))) {
    EXPECT_EQ(count, 25) << label;
  }
}

}  // namespace
}  // namespace lode::images
