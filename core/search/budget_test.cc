#include "core/search/budget.h"

#include <gtest/gtest.h>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

TEST(BudgetTest, AnyLimitEndsTheSearch) {
  Pipeline pipeline;
  pipeline.budget.steps = 10;
  pipeline.budget.unique_queries = 5;
  pipeline.budget.simulated_seconds = 100;
  const Budget budget(pipeline, false);
  EXPECT_FALSE(budget.AreStepsSpent(9));
  EXPECT_TRUE(budget.AreStepsSpent(10));
  EXPECT_FALSE(budget.AreQueriesSpent({.unique_queries = 4, .cost_seconds = 99}));
  EXPECT_TRUE(budget.AreQueriesSpent({.unique_queries = 5}));
  EXPECT_TRUE(budget.AreQueriesSpent({.cost_seconds = 100}));
}

TEST(BudgetTest, SumsOfFidelitiesMayBeRounded) {
  Pipeline pipeline;
  pipeline.budget.full_evaluations = 3;
  const Budget budget(pipeline, false);
  double sum = 0;
  int queries = 0;
  for (; !budget.AreQueriesSpent({.full_evaluations = sum}); ++queries) { sum += 0.06; }
  EXPECT_EQ(queries, 50);
  EXPECT_NE(sum, 3);
}

TEST(BudgetTest, EvaluationsCountOnlyWithNoisyMetrics) {
  Pipeline pipeline;
  pipeline.budget.unique_queries = 50;
  pipeline.budget.evaluations = 20;
  pipeline.confirm = {.repeats = 2, .candidates = 4};
  EXPECT_FALSE(Budget(pipeline, false).AreQueriesSpent({.evaluations = 20}));
  const Budget noisy(pipeline, true);
  EXPECT_FALSE(noisy.AreQueriesSpent({.evaluations = 11}));
  EXPECT_TRUE(noisy.AreQueriesSpent({.evaluations = 12}));
}

TEST(BudgetTest, MarksAreInTheUnitOfTheFirstLimit) {
  const Spending spending{
      .steps = 1, .unique_queries = 2, .full_evaluations = 3.5, .cost_seconds = 4};
  Pipeline pipeline;
  pipeline.budget.simulated_seconds = 9;
  EXPECT_EQ(Budget(pipeline, false).InUnitOfMarks(spending), 4);
  pipeline.budget.full_evaluations = 9;
  EXPECT_NEAR(Budget(pipeline, false).InUnitOfMarks(spending), 3.5, 1e-5);
  pipeline.budget.unique_queries = 9;
  EXPECT_EQ(Budget(pipeline, false).InUnitOfMarks(spending), 2);
  pipeline.budget.steps = 9;
  EXPECT_EQ(Budget(pipeline, false).InUnitOfMarks(spending), 1);
}

TEST(BudgetTest, AnEvaluationWithoutCostIsAnErrorOnlyIfCostsAreLimited) {
  Pipeline pipeline;
  pipeline.budget.steps = 9;
  EXPECT_NO_THROW(Budget(pipeline, false).RequireCost(0));
  pipeline.budget.simulated_seconds = 9;
  EXPECT_NO_THROW(Budget(pipeline, false).RequireCost(0.1));
  EXPECT_THROW(Budget(pipeline, false).RequireCost(0), HostError);
}

TEST(PatienceTest, EndsASearchThatRepeatsItself) {
  BudgetConfig config;
  config.patience = 2;
  Patience patience(config);
  patience.Count(false, true);
  patience.Count(true, false);
  patience.Count(false, false);
  EXPECT_EQ(patience.ReasonToEnd(), "");
  patience.Count(false, false);
  EXPECT_EQ(patience.ReasonToEnd(), "no new architecture in the last 2 steps");
  config.steps = 10;
  Patience limited(config);
  limited.Count(false, false);
  limited.Count(false, false);
  EXPECT_EQ(limited.ReasonToEnd(), "");
}

TEST(PatienceTest, EndsASearchThatFindsNothingBetter) {
  BudgetConfig config;
  config.steps = 10;
  config.stop_after_no_improvement = 2;
  Patience patience(config);
  patience.Count(true, false);
  patience.Count(true, true);
  patience.Count(true, false);
  EXPECT_EQ(patience.ReasonToEnd(), "");
  patience.Count(true, false);
  EXPECT_EQ(patience.ReasonToEnd(), "no better architecture in the last 2 steps");
}

TrialRecord Failed(std::uint64_t step, std::string_view failure) {
  TrialRecord trial;
  trial.step = step;
  trial.failure = failure;
  return trial;
}

TEST(FailureWatchTest, OnlyFailuresInARowEndTheSearch) {
  ExecutionConfig config;
  config.max_failures = 2;
  FailureWatch failures(config);
  failures.Count(Failed(0, "lost"));
  failures.Count(Failed(1, ""));
  failures.Count(Failed(2, "lost"));
  EXPECT_EQ(failures.ReasonToEnd(), "");
  failures.Count(Failed(3, "gone"));
  EXPECT_EQ(failures.ReasonToEnd(), "2 trials in a row failed, the last one: gone");
  EXPECT_EQ(failures.failures(), 3u);
  EXPECT_EQ(failures.Kinds().front().reason, "lost");
}

TEST(FailureWatchTest, TheFirstFailureEndsASearchThatStopsOnErrors) {
  ExecutionConfig config;
  config.on_error = OnError::kStop;
  FailureWatch failures(config);
  failures.Count(Failed(6, ""));
  EXPECT_EQ(failures.ReasonToEnd(), "");
  failures.Count(Failed(7, "lost"));
  EXPECT_EQ(failures.ReasonToEnd(), "step 7 failed: lost");
}

}  // namespace
}  // namespace lode::core
