#include "core/search/finished_evaluations.h"

#include <gtest/gtest.h>

namespace lode::core {
namespace {

Evaluation Costing(double seconds) {
  Evaluation evaluation;
  evaluation.cost_seconds = seconds;
  return evaluation;
}

TEST(FinishedEvaluationsTest, TheFirstIsTheOneThatWasAddedFirst) {
  FinishedEvaluations finished;
  EXPECT_EQ(finished.First(), std::nullopt);
  finished.Add(3, Costing(30));
  finished.Add(1, Costing(10));
  EXPECT_EQ(finished.First(), 3u);
  EXPECT_EQ(finished.Take(3)->cost_seconds, 30);
  EXPECT_EQ(finished.First(), 1u);
}

TEST(FinishedEvaluationsTest, EachIsTakenOnce) {
  FinishedEvaluations finished;
  finished.Add(1, Costing(10));
  finished.Add(2, Costing(20));
  EXPECT_EQ(finished.Take(2)->cost_seconds, 20);
  EXPECT_FALSE(finished.Contains(2));
  EXPECT_EQ(finished.Take(2), std::nullopt);
  EXPECT_TRUE(finished.Contains(1));
}

}  // namespace
}  // namespace lode::core
