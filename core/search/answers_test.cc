#include "core/search/answers.h"

#include <gtest/gtest.h>

namespace lode::core {
namespace {

Measurement Costing(double seconds) {
  Measurement measurement;
  measurement.cost_seconds = seconds;
  return measurement;
}

TEST(AnswersTest, TheFirstIsTheOneThatWasAddedFirst) {
  Answers answers;
  EXPECT_EQ(answers.First(), std::nullopt);
  answers.Add(3, Costing(30));
  answers.Add(1, Costing(10));
  EXPECT_EQ(answers.First(), 3u);
  EXPECT_EQ(answers.Take(3)->cost_seconds, 30);
  EXPECT_EQ(answers.First(), 1u);
}

TEST(AnswersTest, EachIsTakenOnce) {
  Answers answers;
  answers.Add(1, Costing(10));
  answers.Add(2, Costing(20));
  EXPECT_EQ(answers.Take(2)->cost_seconds, 20);
  EXPECT_FALSE(answers.Contains(2));
  EXPECT_EQ(answers.Take(2), std::nullopt);
  EXPECT_TRUE(answers.Contains(1));
}

}  // namespace
}  // namespace lode::core
