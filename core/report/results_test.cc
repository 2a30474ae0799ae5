#include "core/report/results.h"

#include <gtest/gtest.h>

#include "core/report/test_results.h"

namespace lode::core {
namespace {

class ResultsTest : public testing::Test {
 protected:
  const Search search_ = MakeSearch();
  SearchResult result_{&search_, {kAccuracy}, {MakeRun(0, 88, 90), MakeRun(1, 90, 94)}};
};

TEST_F(ResultsTest, StatisticsAreOfTheBestAtAPoint) {
  EXPECT_EQ(PointOf(result_, 50).best.mean, 89);
  EXPECT_EQ(PointOf(result_, std::nullopt).best.mean, 92);
}

TEST_F(ResultsTest, TheSummaryHasAllPoints) {
  const SearchSummary summary(result_);
  ASSERT_EQ(summary.points.size(), 2u);
  EXPECT_EQ(summary.points[0].mark, 50u);
  EXPECT_EQ(summary.points[0].best.mean, 89);
  EXPECT_EQ(summary.points[1].mark, std::nullopt);
  EXPECT_EQ(summary.end.best.mean, 92);
  EXPECT_DOUBLE_EQ(*summary.end.best.std, 2.8284271247461903);
  EXPECT_EQ(summary.early.count, 0u);
  EXPECT_EQ(summary.spent, std::vector<bool>({true, true}));
  EXPECT_EQ(summary.metric().name, "accuracy");
}

// A run that failed before its first success has no best. It is not counted, but reported.
TEST_F(ResultsTest, ARunWithoutABestIsNotCounted) {
  result_.runs.push_back(Failed(2));
  EXPECT_EQ(PointOf(result_, std::nullopt).best.count, 2u);
  RunResult fruitless = MakeRun(3, 0, 0);
  fruitless.best.reset();
  result_.runs.push_back(fruitless);
  EXPECT_EQ(PointOf(result_, std::nullopt).best.count, 2u);
  EXPECT_EQ(PointOf(result_, std::nullopt).reached, 3u);
}

// (89 - 88) / 0.5 deviations above the figure with matching place and mark.
TEST_F(ResultsTest, APublishedFigureIsThatOfPlaceAndMark) {
  const PublishedFigure figure = PointOf(result_, 50).published.value();
  EXPECT_EQ(figure.reference.label, "here");
  EXPECT_EQ(figure.difference, 1);
  EXPECT_EQ(figure.deviations, 2);
  EXPECT_FALSE(PointOf(result_, std::nullopt).published);
}

TEST_F(ResultsTest, AFigureWithoutDeviationHasADifferenceOnly) {
  Search search = MakeSearch();
  search.pipeline.references = {{"rough", {}, std::nullopt, 88, 0}};
  result_.search = &search;
  const PublishedFigure figure = PointOf(result_, std::nullopt).published.value();
  EXPECT_EQ(figure.difference, 4);
  EXPECT_EQ(figure.deviations, std::nullopt);
  result_.runs = {Failed(0)};
  EXPECT_EQ(PointOf(result_, std::nullopt).published.value().difference, std::nullopt);
}

// A mean covers the seeds that reached its point. A point that none reached is not reported.
TEST_F(ResultsTest, SeedsThatEndedEarlyAreNotInMeansOfLaterPoints) {
  RunResult interrupted = MakeRun(2, 70, 70);  // past the mark
  interrupted.steps = 60;
  interrupted.ending = Ending::kInterrupted;
  result_.runs.insert(result_.runs.end(), {interrupted, Exhausted(3, 13, 10)});
  EXPECT_DOUBLE_EQ(PointOf(result_, 50).best.mean, (88 + 90 + 70) / 3.0);
  EXPECT_EQ(PointOf(result_, std::nullopt).best.mean, 92);
  const SearchSummary summary(result_);
  EXPECT_EQ(summary.points[0].reached, 3u);
  EXPECT_DOUBLE_EQ(*summary.points[0].best.std, 11.015141094572204);
  EXPECT_EQ(summary.end.reached, 2u);
  EXPECT_EQ(summary.early.count, 2u);
  EXPECT_EQ(summary.early.least, 13u);
  EXPECT_EQ(summary.early.most, 60u);
  EXPECT_EQ(summary.early.best.count, 0u) << "they ended at different points";
  EXPECT_EQ(summary.spent, std::vector<bool>({true, true, false, false}));
}

// Works in any unit of the budget. All seeds ended at one point, which has a mean of its own.
TEST_F(ResultsTest, SeedsThatEndedTogetherHaveAMean) {
  Search search = MakeSearch();
  search.pipeline.budget.steps.reset();
  search.pipeline.budget.unique_queries = 100;
  const SearchResult result{&search, {kAccuracy}, {Exhausted(0, 4, 80), Exhausted(1, 4, 82)}};
  const SearchSummary summary(result);
  EXPECT_TRUE(summary.points.empty());
  EXPECT_EQ(summary.end.reached, 0u);
  EXPECT_EQ(summary.early.least, 4u);
  EXPECT_EQ(summary.early.most, 4u);
  EXPECT_EQ(summary.early.best.mean, 81);
}

// The budget is spent when the first limit is reached.
TEST_F(ResultsTest, AnyLimitEndsTheBudget) {
  Pipeline pipeline = MakeSearch().pipeline;
  RunResult run = MakeRun(0, 88, 90);
  run.steps = 77;
  run.cost_seconds = 1001;
  EXPECT_FALSE(HasSpentBudget(run, pipeline));
  pipeline.budget.simulated_seconds = 1000;
  EXPECT_TRUE(HasSpentBudget(run, pipeline));
  pipeline.budget.simulated_seconds = 2000;
  pipeline.budget.evaluations = 40;
  pipeline.confirm = {.repeats = 2, .candidates = 5};
  run.evaluations = 29;
  EXPECT_FALSE(HasSpentBudget(run, pipeline));
  run.evaluations = 30;  // 10 are for confirmation
  EXPECT_TRUE(HasSpentBudget(run, pipeline));
}

// Whether the optimizer chooses fidelities or, as most do, asks for full evaluations only.
TEST_F(ResultsTest, FullEvaluationsAreSpentWithAndWithoutFidelities) {
  Search search = MakeSearch();
  search.pipeline.budget.steps.reset();
  search.pipeline.budget.full_evaluations = 20;
  result_.search = &search;
  RunResult chooses = MakeRun(0, 88, 90);
  chooses.full_evaluations = 20.06;
  RunResult chooses_and_ends = MakeRun(1, 88, 90);
  chooses_and_ends.full_evaluations = 7.42;
  RunResult full = Exhausted(2, 20, 92);
  RunResult full_and_ends = Exhausted(3, 12, 92);
  for (RunResult* run : {&chooses, &chooses_and_ends, &full, &full_and_ends}) {
    run->cost_seconds = 25768;
  }
  result_.runs = {chooses, chooses_and_ends, full, full_and_ends};
  const SearchSummary summary(result_);
  EXPECT_EQ(summary.spent, std::vector<bool>({true, false, true, false}));
  EXPECT_EQ(summary.end.reached, 2u);
  EXPECT_EQ(summary.early.least, 7u);
  EXPECT_EQ(summary.early.most, 12u);
}

TEST_F(ResultsTest, AMarkAtTheEndStandsForBoth) {
  Search search = MakeSearch();
  search.pipeline.budget.marks = {50, 100};
  result_.search = &search;
  for (RunResult& run : result_.runs) { run.marks.push_back({100, run.best}); }
  const SearchSummary summary(result_);
  ASSERT_EQ(summary.points.size(), 2u);
  EXPECT_EQ(summary.points[1].mark, 100u);
  EXPECT_EQ(summary.points[1].best.mean, summary.end.best.mean);
}

// 1.5 and 2.5 million parameters against 3 ± 0.5. The reward's own figures are at its points, and
// those of another place or of a mark that no run reached are left out.
TEST_F(ResultsTest, AFigureMayBeOfAnotherMetricOfTheBest) {
  Search search = MakeSearch();
  search.pipeline.references = {{"here", {}, std::nullopt, 3e6, 5e5, "params"},
                                {"elsewhere", {{"oracle.dataset", "cifar100"}}, {}, 1, 1, "params"},
                                {"later", {}, 70, 1, 1, "params"},
                                {"reward", {}, std::nullopt, 90, 1, "accuracy"}};
  result_.search = &search;
  result_.metrics.push_back(kParams);
  result_.runs[0].best->metrics = {90, 1.5e6};
  result_.runs[1].best->metrics = {94, 2.5e6};
  const SearchSummary summary(result_);
  ASSERT_EQ(summary.others.size(), 1u);
  EXPECT_EQ(summary.others[0].metric, 1u);
  EXPECT_EQ(summary.others[0].best.mean, 2e6);
  EXPECT_EQ(summary.others[0].published->deviations, -2);
  EXPECT_EQ(summary.end.published->reference.label, "reward");
}

TEST_F(ResultsTest, FailuresAreGroupedByReason) {
  result_.runs[0].failures = 5;
  result_.runs[0].failure_kinds = {{"CUDA out of memory", 5}};
  result_.runs[1].failures = 4;  // one of them without a reason, as in stores of earlier versions
  result_.runs[1].failure_kinds = {{"time-out", 2}, {"CUDA out of memory", 1}};
  const SearchSummary summary(result_);
  EXPECT_EQ(summary.failures, 9u);
  ASSERT_EQ(summary.failure_kinds.size(), 2u);
  EXPECT_EQ(summary.failure_kinds[0].reason, "CUDA out of memory");
  EXPECT_EQ(summary.failure_kinds[0].count, 6u);
  EXPECT_EQ(summary.failure_kinds[1].count, 2u);
}

// The architecture with the optimum may break a limit, or not have the best reward.
TEST_F(ResultsTest, TheOptimumIsUnknownIfMoreThanTheMetricDecides) {
  result_.metrics[0].optimum = 94.5;
  EXPECT_EQ(OptimumOf(result_), 94.5);
  for (int what = 0; what < 3; ++what) {
    Search search = MakeSearch();
    RewardConfig& reward = search.pipeline.reward;
    if (what == 0) {
      reward.limits.resize(1);
    } else if (what == 1) {
      reward.add.resize(1);
    } else {
      reward.goals.resize(2);
    }
    result_.search = &search;
    EXPECT_EQ(OptimumOf(result_), std::nullopt) << what;
  }
}

TEST_F(ResultsTest, WhatSomeRunsHaveIsKnown) {
  const SearchSummary plain(result_);
  EXPECT_FALSE(plain.is_noisy || plain.is_computed || plain.has_ties || plain.has_costs);
  result_.runs[0].evaluations = 1;
  result_.runs[0].computed = true;
  result_.runs[1].best->ties = 1;
  result_.runs[1].cost_seconds = 0.5;
  const SearchSummary summary(result_);
  EXPECT_TRUE(summary.is_noisy && summary.is_computed && summary.has_ties && summary.has_costs);
}

// b dominates a; the hypervolumes above (60, 100) are 20 * 40 = 800, and for c and d
// 30 * 10 + 25 * 40 = 1300: mean 1050, deviation 500 / sqrt(2).
TEST_F(ResultsTest, TheFrontIsThatOfAllRuns) {
  Search search = MakeSearch();
  search.pipeline.reward.goals = {{"accuracy", 60, {}}, {"params", 100, {}}};
  const BestTrial a{"a", 1, 1, {80, 60}}, b{"b", 2, 1, {85, 50}}, c{"c", 3, 1, {90, 90}};
  RunResult first = MakeRun(0, 80, 80), second = MakeRun(1, 90, 90);
  first.best = a;
  first.front = {a};
  second.best = c;
  second.front = {c, b};
  first.hypervolume = 800;
  second.hypervolume = 1300;
  first.marks.clear();
  second.marks.clear();
  const SearchResult result{&search, {kAccuracy, kParams}, {first, second}};
  const SearchSummary summary(result);
  ASSERT_EQ(summary.front.size(), 2u);
  EXPECT_EQ(summary.front[0].architecture, "c");
  EXPECT_EQ(summary.front[1].architecture, "b");
  EXPECT_EQ(summary.hypervolume.mean, 1050);
  EXPECT_DOUBLE_EQ(*summary.hypervolume.std, 353.55339059327378);
}

}  // namespace
}  // namespace lode::core
