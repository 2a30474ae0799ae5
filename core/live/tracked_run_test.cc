#include "core/live/tracked_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/live/test_run.h"

namespace lode::core {
namespace {

TEST_F(TrackedRunTest, BeginsWithNothing) {
  budget_.steps = 100;
  const ProgressState state = run_.State();
  EXPECT_EQ(state.title, "p seed 3");
  EXPECT_EQ(state.done, "0/100 steps");
  EXPECT_EQ(state.fraction, 0);
  EXPECT_EQ(state.left_seconds, std::nullopt);
  EXPECT_EQ(state.best, "");
  EXPECT_EQ(state.call, "");
  EXPECT_EQ(state.workers, 0u);
}

TEST_F(TrackedRunTest, TheLimitThatIsNearestDecides) {
  budget_.steps = 10;
  budget_.unique_queries = 4;
  Tell({});
  Tell({.reused = true});
  EXPECT_EQ(run_.State().fraction, 0.25);  // 1 of 4 queries is more than 2 of 10 steps
  TellMany(2, {.reused = true});
  EXPECT_EQ(run_.State().fraction, 0.4);  // 4 of 10 steps is more than 1 of 4 queries
  EXPECT_EQ(run_.State().done, "4/10 steps");
}

TEST_F(TrackedRunTest, WhatIsDoneIsCountedInTheFirstLimitsUnit) {
  budget_.simulated_seconds = 120;
  Tell({.fidelity = 0.5, .cost_seconds = 30.9});
  EXPECT_EQ(run_.State().done, "30/120 simulated s");
  budget_.full_evaluations = 8;
  EXPECT_EQ(run_.State().done, "0/8 full evaluations");
  budget_.unique_queries = 7;
  EXPECT_EQ(run_.State().done, "1/7 queries");
  budget_.steps = 6;
  EXPECT_EQ(run_.State().done, "1/6 steps");
}

TEST_F(TrackedRunTest, FidelitiesAddUpUnlessTheEvaluationIsReused) {
  budget_.full_evaluations = 4;
  TellMany(6, {.fidelity = 0.25});
  Tell({.reused = true});
  EXPECT_EQ(run_.State().fraction, 1.5 / 4);
  EXPECT_EQ(run_.State().done, "1/4 full evaluations");
}

TEST_F(TrackedRunTest, NothingIsMoreThanDone) {
  budget_.simulated_seconds = 100;
  Tell({.cost_seconds = 170});  // the last evaluation may exceed the limit
  EXPECT_EQ(run_.State().fraction, 1);
}

TEST_F(TrackedRunTest, TheTimeLeftFollowsFromTheTrialsMade) {
  budget_.steps = 100;
  Pass(20);
  TellMany(10);
  EXPECT_EQ(run_.State().elapsed_seconds, 20);
  EXPECT_DOUBLE_EQ(run_.State().left_seconds.value(), 180);
}

TEST_F(TrackedRunTest, ReplayedTrialsDoNotCountForTheTimeLeft) {
  budget_.steps = 100;
  Pass(5);
  TellMany(50, {.replayed = 50});
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  Pass(10);
  TellMany(10, {.replayed = 50});
  EXPECT_EQ(run_.State().done, "60/100 steps");
  EXPECT_NEAR(run_.State().left_seconds.value(), 40, 1e-9);  // a trial per second
}

TEST_F(TrackedRunTest, ACallIsAPartOfItsStep) {
  budget_.steps = 4;
  Tell({});
  Report(0.5);
  EXPECT_EQ(run_.State().fraction, 0.375);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %");
  Report(1.7);  // whatever a component reports
  EXPECT_EQ(run_.State().fraction, 0.5);
  EXPECT_EQ(run_.State().call, "epoch 3 100 %");
}

TEST_F(TrackedRunTest, ACallIsAPartOfAQueryIfQueriesAreLimited) {
  budget_.unique_queries = 2;
  Report(0.5);
  EXPECT_EQ(run_.State().fraction, 0.25);
}

TEST_F(TrackedRunTest, ACallOfUnknownLengthHasNoPercentage) {
  budget_.steps = 4;
  Report(-1, "loading");
  Pass(60);
  EXPECT_EQ(run_.State().call, "loading");
  EXPECT_EQ(run_.State().fraction, 0);
}

TEST_F(TrackedRunTest, ATrialEndsTheCall) {
  budget_.steps = 4;
  Report(0.5);
  Tell({});
  EXPECT_EQ(run_.State().call, "");
  EXPECT_EQ(run_.State().fraction, 0.25);
}

TEST_F(TrackedRunTest, OneOfSeveralCallsDoesNotTellTheTimeLeft) {
  budget_.steps = 4;
  run_.OnActivity({info_, 2, 2});
  Report(0.25);
  Pass(10);
  Report(0.5);
  EXPECT_EQ(run_.State().fraction, 0);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %");
  run_.OnActivity({info_, 2, 1});
  EXPECT_EQ(run_.State().fraction, 0.125);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %, 0:20 left");  // a quarter took 10 s
}

TEST_F(TrackedRunTest, CallsOfWorkersArePartsOfTheirSteps) {
  budget_.steps = 4;
  run_.OnActivity({info_, 2, 2});
  ReportOf(0, 0);
  ReportOf(1, 0);
  Pass(10);
  ReportOf(1, 0.75);
  ReportOf(0, 0.25);
  EXPECT_EQ(run_.State().fraction, 0.25);
  EXPECT_EQ(run_.State().left_seconds, 30);
  EXPECT_EQ(run_.State().call, "worker 1: epoch 3 25 %, 0:30 left");
  run_.OnActivity({info_, 2, 1, 0});  // the first worker's evaluation ends before the trial does
  EXPECT_EQ(run_.State().call, "worker 2: epoch 3 75 %, 0:04 left");
  Tell({});
  EXPECT_EQ(run_.State().fraction, 0.4375);
  run_.OnActivity({info_, 2, 0, 1});
  EXPECT_EQ(run_.State().call, "");
}

TEST_F(TrackedRunTest, AnotherWorkerThatTellsMoreIsShown) {
  budget_.steps = 4;
  run_.OnActivity({info_, 2, 2});
  ReportOf(0, -1);
  EXPECT_EQ(run_.State().call, "worker 1: epoch 3");
  ReportOf(1, 0.5);
  EXPECT_EQ(run_.State().call, "worker 2: epoch 3 50 %");
}

TEST_F(TrackedRunTest, APreparationIsShownInsteadOfTheSearch) {
  budget_.steps = 4;
  ReportPreparation(0);
  Pass(30);
  ReportPreparation(0.75);
  const ProgressState state = run_.State();
  EXPECT_TRUE(state.is_preparing);
  EXPECT_EQ(state.done, "preparing 75 %");
  EXPECT_EQ(state.fraction, 0.75);
  EXPECT_EQ(state.left_seconds, 10);
  EXPECT_EQ(state.call, "epoch 3");
}

TEST_F(TrackedRunTest, APreparationOfUnknownLengthHasNoBar) {
  budget_.steps = 4;
  ReportPreparation(-1);
  Pass(30);
  EXPECT_EQ(run_.State().done, "preparing");
  EXPECT_EQ(run_.State().fraction, std::nullopt);
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
}

TEST_F(TrackedRunTest, APreparationSaysNothingAboutTheTrials) {
  budget_.steps = 100;
  Pass(5);
  ReportPreparation(0);
  Pass(600);
  ReportPreparation(1);
  run_.OnActivity({info_, 0, 1});
  EXPECT_FALSE(run_.State().is_preparing);
  EXPECT_EQ(run_.State().done, "0/100 steps");
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  Pass(10);
  TellMany(10);
  EXPECT_NEAR(run_.State().left_seconds.value(), 90, 1e-9);
}

// It may learn an embedding once.
TEST_F(TrackedRunTest, WhatAnOptimizerDoesFirstDoesNotTellTheTimeLeft) {
  budget_.steps = 100;
  Report(0);
  Pass(60);
  Report(0.5);
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %, 1:00 left");
  Tell({});
  EXPECT_NEAR(run_.State().left_seconds.value(), 60 * 99, 1e-6);
}

// A preparation is one call.
TEST_F(TrackedRunTest, WithoutABudgetTheCallIsAll) {
  Report(0);
  Pass(30);
  Report(0.75);
  EXPECT_EQ(run_.State().done, "");
  EXPECT_EQ(run_.State().fraction, 0.75);
  EXPECT_EQ(run_.State().left_seconds, 10);
  EXPECT_EQ(run_.State().call, "epoch 3 75 %");  // the line has the time already
}

TEST_F(TrackedRunTest, ACallThatStartsOverIsTimedFromThere) {
  Report(0);
  Pass(100);
  Report(0.5);
  Report(0);
  Pass(10);
  Report(0.25);
  EXPECT_EQ(run_.State().left_seconds, 30);
}

TEST_F(TrackedRunTest, ACallIsTimedFromItsFirstKnownFraction) {
  Report(-1);
  Pass(100);
  Report(0.5);  // work of an earlier process: its time is unknown
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  Pass(10);
  Report(0.75);
  EXPECT_EQ(run_.State().left_seconds, 10);
}

TEST_F(TrackedRunTest, TheBestIsThatOfTheRewardsMetric) {
  budget_.steps = 10;
  Tell({.failed = true});
  EXPECT_EQ(run_.State().best, "");
  Tell({.accuracy = 70.5});
  Tell({.accuracy = 73.25});
  Tell({.accuracy = 71});
  EXPECT_EQ(run_.State().best, "best 73.25");
  EXPECT_EQ(run_.State().failures, 1u);
}

TEST_F(TrackedRunTest, TheBestOfNoisyTrialsIsOnlyTheHighestMeasured) {
  metrics_[1] = Percentage("accuracy", true);
  Tell({.accuracy = 70.5});
  EXPECT_EQ(run_.State().best, "highest measured 70.50");
}

TEST_F(TrackedRunTest, NoMoreWorkersAreBusyThanThereAre) {
  run_.OnActivity({info_, 2, 3});
  EXPECT_EQ(run_.State().busy, 2u);
  run_.OnActivity({info_, 0, 1});  // the run itself evaluates
  EXPECT_EQ(run_.State().busy, 0u);
}

}  // namespace
}  // namespace lode::core
