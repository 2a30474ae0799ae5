#include "core/search/known_results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace lode::core {
namespace {

using testing::ElementsAre;

const Architecture kOne = {1, 0, 0, 1, 0, 0, 1, 0, 1};
const Architecture kOther = {1, 0, 0, 1, 0, 0, 1, 0, 0};

std::vector<double> Metrics(const KnownResults& known, std::size_t slot) {
  const auto metrics = known.MetricsOf(slot);
  return {metrics.begin(), metrics.end()};
}

TEST(KnownResultsTest, KeysDifferForArchitecturesAndFidelities) {
  EXPECT_NE(KeyOf(kOne, 1), KeyOf(kOther, 1));
  EXPECT_NE(KeyOf(kOne, 1), KeyOf(kOne, 0.5));
  EXPECT_NE(KeyOf(kOne, 0.25), KeyOf(kOne, 0.5));
  EXPECT_EQ(KeyOf(kOne, 0.5), KeyOf(kOne, 0.5));
}

TEST(KnownResultsTest, AnArchitectureHasOneResultTheLatest) {
  KnownResults known(2);
  const auto first = known.Keep("a", 1, std::vector<double>{1, 2});
  EXPECT_TRUE(first.is_new);
  const auto again = known.Keep("a", 5, std::vector<double>{3, 4});
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.slot, first.slot);
  EXPECT_EQ(known.EvaluationOf(first.slot), 5u);
  EXPECT_THAT(Metrics(known, first.slot), ElementsAre(3, 4));
  EXPECT_EQ(known.OfArchitecture("a"), first.slot);
  EXPECT_EQ(known.OfArchitecture("b"), std::nullopt);
}

TEST(KnownResultsTest, AResultEndsAFailure) {
  KnownResults known(1);
  const auto failed = known.KeepFailure("a", 1, "out of memory");
  EXPECT_TRUE(known.HasFailed(failed.slot));
  EXPECT_EQ(known.FailureOf(failed.slot), "out of memory");
  known.Keep("a", 2, std::vector<double>{7});
  EXPECT_FALSE(known.HasFailed(failed.slot));
  EXPECT_EQ(known.FailureOf(failed.slot), "");
}

TEST(KnownResultsTest, ACopyLeavesAFailureOnRecord) {
  KnownResults known(1);
  known.KeepFailure("a", 1, "out of memory");
  const std::size_t slot = known.KeepCopy("a", 2, std::vector<double>{7});
  EXPECT_TRUE(known.HasFailed(slot));
  EXPECT_THAT(Metrics(known, slot), ElementsAre(7));
}

TEST(KnownResultsTest, ANetworkSharesTheResultOfAnArchitecture) {
  KnownResults known(1);
  const auto kept = known.Keep("a", 1, std::vector<double>{7});
  EXPECT_EQ(known.OfNetwork("n"), std::nullopt);
  known.Share("n", kept.slot);
  EXPECT_EQ(known.OfNetwork("n"), kept.slot);
  EXPECT_FALSE(known.IsRejected("n"));
  known.Reject("n");
  EXPECT_TRUE(known.IsRejected("n"));
}

}  // namespace
}  // namespace lode::core
