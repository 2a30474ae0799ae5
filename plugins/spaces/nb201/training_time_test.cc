#include "plugins/spaces/nb201/training_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace nb201 {
namespace {

Cell CellOf(std::string_view text) {
  Cell cell{};
  ParseError error;
  EXPECT_TRUE(Parse(text, &cell, &error)) << error.message;
  return cell;
}

// Measured trainings, as published (alanoe/NATS-Bench-extractor): seconds of 200 epochs on all 50
// 000 training images of CIFAR-10 and of as many passes over its 10 000 test images; of 12 epochs
// on the 151 700 images of ImageNet-16-120 and of as many passes over 3 000.
struct Measured {
  const char* cell;
  double train, test, imagenet_train, imagenet_test;
};
constexpr std::array<Measured, 8> kMeasured = {{
    {"|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|none~1|skip_connect~2|",
     1131.73, 181.995, 206.021, 3.27592},
    {"|avg_pool_3x3~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|skip_connect~"
     "2|",
     2989.84, 233.685, 544.27, 4.20633},
    {"|avg_pool_3x3~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|none~1|none~2|", 2937.85,
     225.445, 534.806, 4.05801},
    {"|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|avg_pool_3x3~2|", 3330.32, 242.955,
     606.251, 4.37318},
    {"|none~0|+|skip_connect~0|nor_conv_1x1~1|+|nor_conv_3x3~0|avg_pool_3x3~1|nor_conv_3x3~2|",
     4255.87, 284.469, 774.739, 5.12045},
    {"|skip_connect~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_3x3~0|none~1|skip_connect~2|",
     2466.62, 203.403, 449.023, 3.66125},
    {"|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|nor_conv_1x1~0|skip_connect~1|nor_conv_3x3~2|",
     4677.54, 310.793, 851.498, 5.59427},
    {"|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|",
     4984.82, 332.1, 907.437, 5.9778},
}};

double Cifar10(const Measured& m, double epochs) {
  return epochs * m.train / 200 / 2 + 2.5 * m.test / 200;
}
double Cifar100(const Measured& m, double epochs) {
  return epochs * m.train / 200 + 0.5 * m.test / 200;
}
double ImageNet16(const Measured& m, double epochs) {
  return epochs * m.imagenet_train / 12 + m.imagenet_test / 12;
}

TEST(Nb201TrainingTime, AgreesWithMeasuredTrainings) {
  for (const Measured& m : kMeasured) {
    const Cell cell = CellOf(m.cell);
    for (const std::int64_t epochs : {12, 200}) {
      const auto near = [&](const char* dataset, double measured) {
        EXPECT_NEAR(TrainingSeconds(cell, dataset, epochs) / measured, 1, 0.08)
            << m.cell << ' ' << dataset << ' ' << epochs;
      };
      const auto e = static_cast<double>(epochs);
      near("cifar10", Cifar10(m, e));
      near("cifar100", Cifar100(m, e));
      near("imagenet16", ImageNet16(m, e));
    }
  }
}

// The benchmark's records of architecture 0: 12 epochs on cifar10-valid take 86.653 s, a pass over
// x-valid 2.549 s.
TEST(Nb201TrainingTime, AgreesWithTheBenchmarksRecord) {
  const Cell zero = CellOf(
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|"
      "skip_connect~2|");
  EXPECT_NEAR(TrainingSeconds(zero, "cifar10", 12), 86.653 + 2.549, 0.01 * 89);
}

// The older formula for 200 epochs on all images of CIFAR-10, times 0.031: 12 epochs on half of
// them, and 3 % of that for the validation.
TEST(Nb201TrainingTime, AgreesWithTheFormulaForHalfOfTheImages) {
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const Cell cell = FromIndex(i);
    const auto count = [&](Operation operation) {
      return static_cast<double>(std::count(cell.begin(), cell.end(), operation));
    };
    const double full = 1435.7 - 76.9 * count(kSkipConnect) + 690.9 * count(kConv1x1) +
                        906.9 * count(kConv3x3) + 327.1 * count(kAvgPool3x3);
    ASSERT_NEAR(TrainingSeconds(cell, "cifar10", 12) / (0.031 * full), 1, 0.03) << Format(cell);
  }
}

// The published random searches spend 12 000 s on about a hundred architectures.
TEST(Nb201TrainingTime, IsPositiveAndAboutAHundredthOfThePublishedBudget) {
  double sum = 0, least = std::numeric_limits<double>::infinity();
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const double seconds = TrainingSeconds(FromIndex(i), "cifar10", 12);
    sum += seconds;
    least = std::min(least, seconds);
  }
  EXPECT_GT(least, 25);
  EXPECT_NEAR(12000 / (sum / kArchitectures), 106, 1);
}

TEST(Nb201TrainingTime, KnowsThreeDataSets) {
  EXPECT_THROW(TrainingSeconds(Cell{}, "svhn", 12), std::out_of_range);
}

}  // namespace
}  // namespace nb201
