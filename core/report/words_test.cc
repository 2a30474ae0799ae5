#include "core/report/words.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/report/test_results.h"
#include "core/search/trial.h"

namespace lode::core {
namespace {

TEST(Words, StatisticsHaveADeviationIfThereIsOne) {
  EXPECT_EQ(FormatStatistic({0, std::nan(""), {}}, 2), "-");
  EXPECT_EQ(FormatStatistic({1, 71.5, {}}, 2), "71.50");
  EXPECT_EQ(FormatStatistic({8, 5, std::sqrt(32.0 / 7)}, 3), "5.000 ± 2.138");
  EXPECT_EQ(Legend({1, 71.5, {}}), "");
  EXPECT_EQ(Legend({2, 71.5, 0}), " (mean ± sample standard deviation)");
}

TEST(Words, CountsAreWholeAndOtherMetricsHaveTwoDecimals) {
  EXPECT_EQ(FormatMetric(kParams, 350000000), "350000000");
  EXPECT_EQ(FormatMetric(kAccuracy, 73.066), "73.07");
  EXPECT_EQ(NamedMetric(kAccuracy, 73.066), "accuracy 73.07");
  EXPECT_EQ(DecimalsOf(kParams), 0);
  EXPECT_EQ(DecimalsOf(kAccuracy), 2);
}

TEST(Words, NumbersAgreeWithTheirNouns) {
  EXPECT_EQ(CountText(1, "seed"), "1 seed");
  EXPECT_EQ(CountText(3, "seed"), "3 seeds");
  EXPECT_EQ(RangeText(4, 4), "4");
  EXPECT_EQ(RangeText(4, 13), "4 to 13");
}

TEST(Words, TiesAreCountedUpToALimit) {
  EXPECT_EQ(TiesText(3), "3");
  EXPECT_EQ(TiesText(kMaxTies), "1000 or more");
}

TEST(Words, EachStandingHasAName) {
  EXPECT_EQ(StandingName(Standing::kNotBegun), "not begun");
  EXPECT_EQ(StandingName(Standing::kUnfinished), "unfinished");
  EXPECT_EQ(StandingName(Standing::kRunning), "running");
  EXPECT_EQ(StandingName(Standing::kFinished), "finished");
  EXPECT_EQ(StandingName(Standing::kFailed), "failed");
  EXPECT_EQ(StandingName(Standing::kDamaged), "damaged");
  EXPECT_EQ(StandingText(Standing::kRunning, 7), "running (process 7)");
  EXPECT_EQ(StandingText(Standing::kFailed, std::nullopt), "failed");
}

}  // namespace
}  // namespace lode::core
