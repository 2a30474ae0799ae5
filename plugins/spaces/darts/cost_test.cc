#include "plugins/spaces/darts/cost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/text.h"
#include "tests/failure.h"

namespace darts {
namespace {

NetworkSettings Settings(const char* network, std::int64_t cells, std::int64_t channels,
                         std::int64_t classes, std::int64_t image_size, bool auxiliary = false) {
  return {network, cells, channels, classes, image_size, auxiliary};
}

const NetworkSettings kCifar10 = Settings("cifar", 20, 36, 10, 32);
const NetworkSettings kCifar100 = Settings("cifar", 20, 36, 100, 32);
const NetworkSettings kImageNet = Settings("imagenet", 14, 48, 1000, 224);
const NetworkSettings kSmall = Settings("cifar", 8, 16, 10, 32);

struct Counts {
  std::int64_t parameters, with_auxiliary, macs;
};

void Expect(const char* genotype, NetworkSettings settings, const Counts& counts) {
  const Cost cost = NetworkCosts(settings).Of(Parse(genotype));
  EXPECT_EQ(cost.parameters, counts.parameters);
  EXPECT_EQ(cost.macs, counts.macs);
  settings.auxiliary = true;
  const Cost with = NetworkCosts(settings).Of(Parse(genotype));
  EXPECT_EQ(with.parameters, counts.with_auxiliary);
  EXPECT_EQ(with.macs, counts.macs);
}

std::string FailureOf(const NetworkSettings& settings) {
  return lode::Failure<lode::InvalidError>([&] { const NetworkCosts costs(settings); });
}

// Counted on the networks of the published code.

TEST(DartsNetwork, CountsTheCifar10NetworkLikeThePublishedCode) {
  Expect(kDartsV1, kCifar10, {3169414, 3645840, 500987520});
  Expect(kDartsV2, kCifar10, {3349342, 3825768, 528359040});
  Expect(kPcDartsCifar, kCifar10, {3634678, 4111104, 556670592});
  Expect(kPcDartsImage, kCifar10, {3721510, 4197936, 570466944});
}

TEST(DartsNetwork, CountsTheCifar100NetworkLikeThePublishedCode) {
  Expect(kDartsV1, kCifar100, {3221344, 3766980, 501039360});
  Expect(kDartsV2, kCifar100, {3401272, 3946908, 528410880});
  Expect(kPcDartsCifar, kCifar100, {3686608, 4232244, 556722432});
  Expect(kPcDartsImage, kCifar100, {3773440, 4319076, 570518784});
}

TEST(DartsNetwork, CountsTheImageNetNetworkLikeThePublishedCode) {
  Expect(kDartsV1, kImageNet, {4510432, 5771208, 505864704});
  Expect(kDartsV2, kImageNet, {4718752, 5979528, 529911552});
  Expect(kPcDartsCifar, kImageNet, {5270560, 6531336, 571137408});
  Expect(kPcDartsImage, kImageNet, {5342464, 6603240, 581627328});
}

TEST(DartsNetwork, CountsASmallNetworkLikeThePublishedCode) {
  Expect(kDartsV1, kSmall, {232890, 668356, 41355776});
  Expect(kDartsV2, kSmall, {246106, 681572, 43444736});
  Expect(kPcDartsCifar, kSmall, {335738, 771204, 53258752});
  Expect(kPcDartsImage, kSmall, {327546, 763012, 52460032});
}

// PC-DARTS prints 586 and 597 M for its two genotypes on ImageNet (Xu et al., ICLR 2020, table 3);
// for DARTS_V2 a public counter of all operations gives 544.59 M.
TEST(DartsNetwork, CountsAllOperationsLikePublishedPapers) {
  const NetworkCosts costs(kImageNet);
  const auto millions = [&](const char* genotype) {
    return static_cast<double>(costs.Of(Parse(genotype)).all_operations()) / 1e6;
  };
  EXPECT_EQ(std::round(millions(kPcDartsCifar)), 586);
  EXPECT_EQ(std::round(millions(kPcDartsImage)), 597);
  EXPECT_NEAR(millions(kDartsV2), 544.59, 0.005);
}

TEST(DartsNetwork, OneCellByHand) {
  // One cell is both reductions at once: 16 channels from a stem of 24, maps of 4 pixels to 2.
  // Every edge is a dil_conv_3x3; all except the last node's come from the cell's inputs.
  Genotype genotype{};
  for (Cell& cell : genotype) {
    for (Node& node : cell) { node = {{{0, kDilConv3x3}, {1, kDilConv3x3}}}; }
  }
  genotype[kReduce][3] = {{{2, kSkipConnect}, {1, kSkipConnect}}};
  const std::int64_t stem = 27 * 24, inputs = 2 * 24 * 16, edge = 9 * 16 + 16 * 16,
                     reduction = 16 * 16, linear = 64 * 10;
  const Cost cost = NetworkCosts(Settings("cifar", 1, 8, 10, 4)).Of(genotype);
  EXPECT_EQ(cost.parameters,
            stem + 2 * 24 + inputs + 2 * 2 * 16 + 6 * (edge + 32) + reduction + 32 + linear + 10);
  EXPECT_EQ(cost.macs, 16 * (stem + inputs) + 4 * (6 * edge + reduction) + linear);
  // Norms give 24 + 2 * 16 channels at 4 x 4 and 7 * 16 at 2 x 2; ReLUs take 2 * 24 channels at 4 x
  // 4 for the inputs, 6 * 16 for the strided edges and 16 for the strided skip; the global pool
  // takes 4 * 16 at 2 x 2.
  EXPECT_EQ(cost.other_operations,
            2 * (16 * (24 + 2 * 16) + 4 * 7 * 16) + 16 * (2 * 24 + 7 * 16) + 4 * 4 * 16);
}

TEST(DartsNetwork, TwoCellsAreBothReductions) {
  EXPECT_EQ(FailureOf(Settings("cifar", 2, 8, 10, 4)), "");
  EXPECT_EQ(FailureOf(Settings("cifar", 2, 8, 10, 2)),
            "image_size is 2: cell 1 would halve maps of 1 pixels a side, expected an even number; "
            "multiples of 32 always fit");
}

TEST(DartsNetwork, RefusesSettingsThatDoNotMakeANetwork) {
  EXPECT_EQ(FailureOf(Settings("cifar", 20, 36, 10, 30)),
            "image_size is 30: cell 13 would halve maps of 15 pixels a side, expected an even "
            "number; multiples of 32 always fit");
  EXPECT_EQ(FailureOf(Settings("cifar", 20, 36, 10, 1)),
            "image_size is 1: cell 6 would halve maps of 1 pixels a side, expected an even number; "
            "multiples of 32 always fit");
  EXPECT_EQ(FailureOf(Settings("imagenet", 14, 48, 1000, 36)),
            "image_size is 36: cell 0 would halve maps of 9 pixels a side, expected an even "
            "number; multiples of 32 always fit");
  EXPECT_EQ(FailureOf(Settings("imagenet", 14, 47, 1000, 224)),
            "channels is 47, expected an even number: the stem of imagenet halves it");
  EXPECT_EQ(FailureOf(Settings("cifar", 20, 35, 10, 32)), "");
  for (std::int64_t size = 32; size <= 1024; size += 32) {
    EXPECT_EQ(FailureOf(Settings("cifar", 20, 36, 10, size)), "");
    EXPECT_EQ(FailureOf(Settings("imagenet", 14, 48, 1000, size)), "");
  }
}

TEST(DartsNetwork, TheAuxiliaryHeadNeedsMapsThatItPoolsToTwoByTwo) {
  EXPECT_EQ(FailureOf(Settings("cifar", 20, 36, 10, 64, true)),
            "image_size is 64: the auxiliary head would pool maps of 16 pixels a side to 4, "
            "expected 2");
  EXPECT_EQ(FailureOf(Settings("cifar", 20, 36, 10, 8, true)),
            "image_size is 8: the auxiliary head would pool maps of 2 pixels a side to 0, "
            "expected 2");
  EXPECT_EQ(FailureOf(Settings("cifar", 20, 36, 10, 64)), "");
  EXPECT_EQ(FailureOf(Settings("imagenet", 14, 48, 1000, 256, true)), "");
  EXPECT_NE(FailureOf(Settings("imagenet", 14, 48, 1000, 288, true)), "");
}

// No sum overflows or is rounded as a double.
TEST(DartsNetwork, TheLargestNetworkIsCountedExactly) {
  Genotype genotype{};
  for (Cell& cell : genotype) {
    for (Node& node : cell) { node = {{{0, kSepConv5x5}, {1, kSepConv5x5}}}; }
  }
  for (const char* network : {"cifar", "imagenet"}) {
    const Cost cost = NetworkCosts(Settings(network, 100, 1024, 100000, 1024)).Of(genotype);
    EXPECT_GT(cost.parameters, 0);
    EXPECT_GT(cost.macs, 0);
    EXPECT_LT(cost.macs, std::int64_t{1} << 53);
  }
}

}  // namespace
}  // namespace darts
