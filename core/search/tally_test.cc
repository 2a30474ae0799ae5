#include "core/search/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;

class TallyTest : public testing::Test {
 protected:
  Tally Make() const { return {pipeline_, reward_, goals_, metrics_}; }

  static void AddTrial(Tally& tally, double score, std::string_view failure = {}) {
    const std::array<double, 1> metrics = {score};
    TrialRecord trial;
    trial.step = tally.spent().steps;
    trial.architecture = "0-0";
    trial.reward = score;
    trial.failure = failure;
    if (failure.empty()) { trial.metrics = metrics; }
    tally.CountQuery(1, {.is_new_query = true, .cost_seconds = 10});
    tally.Add(trial);
  }

  Pipeline pipeline_ = [] {
    Pipeline pipeline;
    pipeline.reward = {.metric = "score", .transform = Transform::kIdentity, .metric_position = {}};
    return pipeline;
  }();
  const std::vector<MetricDeclaration> metrics_{FakeMetric("score")};
  const Reward reward_{pipeline_.reward, metrics_};
  const Goals goals_{pipeline_.reward, metrics_};
};

TEST_F(TallyTest, CountsWhatWasSpentAndFound) {
  pipeline_.budget.unique_queries = 5;
  pipeline_.budget.marks = {2};
  Tally tally = Make();
  AddTrial(tally, 1);
  AddTrial(tally, 3);
  AddTrial(tally, 7);
  tally.CountQuery(1, {.reused = true});
  tally.CountRejection();
  tally.CountCost(5);
  const RunResult result = tally.Result();
  EXPECT_EQ(result.steps, 3u);
  EXPECT_EQ(result.unique_queries, 3u);
  EXPECT_EQ(result.cost_seconds, 35);
  EXPECT_EQ(result.rejections, 1u);
  EXPECT_EQ(result.failures, 0u);
  EXPECT_EQ(result.best->reward, 7);
  ASSERT_EQ(result.marks.size(), 1u);
  EXPECT_EQ(result.marks[0].best->reward, 3);
  EXPECT_FALSE(result.hypervolume);
}

TEST_F(TallyTest, DroppedStepsAskedToo) {
  Tally tally = Make();
  AddTrial(tally, 1);
  tally.CountDropped(4, 2.5);
  EXPECT_EQ(tally.Result().unique_queries, 4u);
  EXPECT_EQ(tally.spent().full_evaluations, 2.5);
}

TEST_F(TallyTest, FailuresInARowEndASearchButNotAReplay) {
  pipeline_.execution.max_failures = 1;
  Tally tally = Make();
  tally.ExpectReplayed(3);
  AddTrial(tally, 1, "broken");
  AddTrial(tally, 1, "broken");
  EXPECT_FALSE(tally.Early());
  AddTrial(tally, 1, "broken");
  ASSERT_TRUE(tally.Early());
  EXPECT_EQ(tally.Early()->ending, Ending::kFailed);
  EXPECT_EQ(tally.Early()->reason, "3 trials in a row failed, the last one: broken");
}

TEST_F(TallyTest, ASearchThatFindsNothingBetterEnds) {
  pipeline_.budget.stop_after_no_improvement = 2;
  Tally tally = Make();
  AddTrial(tally, 5);
  AddTrial(tally, 5);
  EXPECT_FALSE(tally.Early());
  AddTrial(tally, 4);
  ASSERT_TRUE(tally.Early());
  EXPECT_EQ(tally.Early()->ending, Ending::kStalled);
}

TEST_F(TallyTest, OnlyASearchWithoutASuccessFailsInTheEnd) {
  Tally tally = Make();
  EXPECT_FALSE(tally.Late());
  AddTrial(tally, 1, "broken");
  ASSERT_TRUE(tally.Late());
  EXPECT_EQ(tally.Late()->reason, "every trial failed, the last one: broken");
  AddTrial(tally, 1);
  EXPECT_FALSE(tally.Late());
}

}  // namespace
}  // namespace lode::core
