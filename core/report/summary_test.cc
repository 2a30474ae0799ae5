#include "core/report/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::Not;

const MetricDeclaration kAccuracy = {"accuracy",      "percent", "Accuracy.", LODE_MAXIMIZE,
                                     LODE_SPLIT_TEST, "cifar10", 200,         false};

Search MakeSearch() {
  Search search;
  search.point = {{"oracle.dataset", "cifar10"}};
  Pipeline& p = search.pipeline;
  p.name = "mine";
  p.space.id = "cells";
  p.optimizer.id = "rea";
  p.reward = {"accuracy", Transform::kExponential, 0, true, {}};
  p.budget.steps = 100;
  p.budget.marks = {50};
  p.references = {{"elsewhere", {{"oracle.dataset", "cifar100"}}, 50, 1, 1},
                  {"here", {{"oracle.dataset", "cifar10"}}, 50, 88, 0.5}};
  return search;
}

BestTrial Best(double accuracy) { return {"arch", 7, 1, {accuracy}, 0}; }

// A run that had nothing more to propose after some steps.
RunResult Exhausted(std::uint64_t seed, std::uint64_t steps, double accuracy) {
  RunResult run;
  run.seed = seed;
  run.steps = run.unique_queries = steps;
  run.best = Best(accuracy);
  return run;
}

RunResult MakeRun(std::uint64_t seed, double at_mark, double at_end) {
  RunResult run;
  run.seed = seed;
  run.steps = 100;
  run.unique_queries = 90;
  run.best = Best(at_end);
  run.marks = {{50, Best(at_mark)}};
  return run;
}

class SummaryTest : public testing::Test {
 protected:
  const Search search_ = MakeSearch();
  SearchResult result_{&search_, {kAccuracy}, {MakeRun(0, 88, 90), MakeRun(1, 90, 94)}};
};

TEST_F(SummaryTest, DescribesTheSearch) {
  EXPECT_EQ(DescribeSearch(result_),
            "rea on cells, reward exponential of accuracy (percent; test split of cifar10, 200 "
            "epochs), budget 100 steps");
}

TEST_F(SummaryTest, StatisticsAreOfTheBestAtAPoint) {
  EXPECT_EQ(PointOf(result_, 50).best.mean, 89);
  EXPECT_EQ(PointOf(result_, std::nullopt).best.mean, 92);
}

// A run that failed before its first success has no best. It is not counted, but reported.
TEST_F(SummaryTest, ARunWithoutABestIsNotCounted) {
  RunResult failed;
  failed.seed = 2;
  failed.ending = Ending::kFailed;
  failed.reason = "no luck";
  result_.runs.push_back(failed);
  EXPECT_EQ(PointOf(result_, std::nullopt).best.count, 2u);
  EXPECT_NE(FormatRuns(result_).find("seed 2 failed: no luck\n"), std::string::npos);
  EXPECT_TRUE(ToJson({result_})["runs"][2]["best"].is_null());
}

// (89 - 88) / 0.5 deviations above the figure with matching place and mark.
TEST_F(SummaryTest, ComparesWithThePublishedFigureOfItsPlace) {
  const std::string text = FormatComparison({result_});
  EXPECT_NE(text.find("89.00 ± 1.41  88.00 ± 0.50    +2.00 sd  here\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("elsewhere"), std::string::npos);
}

// A mean covers the seeds that reached its point. A point that none reached is not reported.
TEST_F(SummaryTest, SeedsThatEndedEarlyAreNotInMeansOfLaterPoints) {
  RunResult interrupted = MakeRun(2, 70, 70);  // past the mark
  interrupted.steps = 60;
  interrupted.ending = Ending::kInterrupted;
  result_.runs.insert(result_.runs.end(), {interrupted, Exhausted(3, 13, 10)});
  EXPECT_DOUBLE_EQ(PointOf(result_, 50).best.mean, (88 + 90 + 70) / 3.0);
  EXPECT_EQ(PointOf(result_, std::nullopt).best.mean, 92);
  const std::string text = FormatRuns(result_);
  EXPECT_THAT(text,
              HasSubstr("accuracy of the best after 50 steps (3 of 4 seeds got there): 82.67"));
  EXPECT_THAT(text,
              HasSubstr("accuracy of the best after 100 steps (2 of 4 seeds got there): 92.00 ± "
                        "2.83 (mean ± sample standard deviation)\n"));
  EXPECT_THAT(text, HasSubstr("\n2 of 4 seeds ended after 13 to 60 of 100 steps\n"));
  EXPECT_THAT(text, HasSubstr("seed 3 finished: nothing was left to propose\n"));
  const nlohmann::json summary = ToJson({result_})["summary"];
  EXPECT_EQ(summary["reached"], 2);
  EXPECT_EQ(summary["runs"], 4);
  EXPECT_EQ(summary["mean"], 92);
  EXPECT_EQ(summary["marks"][0]["reached"], 3);
  EXPECT_EQ(summary["ended_early"]["least"], 13);
  EXPECT_EQ(summary["ended_early"]["most"], 60);
  EXPECT_TRUE(summary["ended_early"]["mean"].is_null());
}

// Works in any unit of the budget. All seeds ended at one point, which has a mean of its own.
TEST_F(SummaryTest, AMarkThatNoSeedReachedIsNotReported) {
  Search search = MakeSearch();
  search.pipeline.budget.steps.reset();
  search.pipeline.budget.unique_queries = 100;
  const SearchResult result{&search, {kAccuracy}, {Exhausted(0, 4, 80), Exhausted(1, 4, 82)}};
  const std::string text = FormatRuns(result);
  EXPECT_THAT(text, Not(HasSubstr("of the best after")));
  EXPECT_THAT(text,
              HasSubstr("\n2 seeds ended after 4 of 100 unique queries; accuracy of their best: "
                        "81.00 ± 1.41 (mean ± sample standard deviation)\n"));
  EXPECT_THAT(FormatComparison({result}), HasSubstr("  4 unique queries  "));
  const nlohmann::json summary = ToJson({result})["summary"];
  EXPECT_TRUE(summary["marks"].empty());
  EXPECT_TRUE(summary["mean"].is_null());
  EXPECT_EQ(summary["ended_early"]["mean"], 81);
}

// The budget is spent when the first limit is reached.
TEST_F(SummaryTest, SeveralLimitsHaveOneEnd) {
  Search search = MakeSearch();
  search.pipeline.budget.simulated_seconds = 1000;
  RunResult run = MakeRun(0, 88, 90);
  run.steps = 77;
  run.cost_seconds = 1001;
  EXPECT_THAT(
      FormatRuns({&search, {kAccuracy}, {run}}),
      HasSubstr("accuracy of the best after 100 steps or 1000 simulated s, 1 seed: 90.00\n"));
}

TEST_F(SummaryTest, FailuresAreGroupedByReason) {
  result_.runs[0].failures = 5;
  result_.runs[0].failure_kinds = {{"CUDA out of memory", 5}};
  result_.runs[1].failures = 3;
  result_.runs[1].failure_kinds = {{"CUDA out of memory", 2}, {"time-out", 1}};
  EXPECT_THAT(FormatRuns(result_), HasSubstr("\n8 failed: CUDA out of memory (7), time-out (1)\n"));
  const nlohmann::json out = ToJson({result_});
  EXPECT_EQ(out["runs"][1]["failure_reasons"][0]["reason"], "CUDA out of memory");
  EXPECT_EQ(out["summary"]["failure_reasons"][0]["count"], 7);
  const RunResult back = ResultFromJson(out["runs"][1].dump(), {kAccuracy}, "result.json");
  EXPECT_EQ(back.failure_kinds.at(1).reason, "time-out");
}

// Stores of earlier versions do not have reasons.
TEST_F(SummaryTest, FailuresOfOldResultsAreCounted) {
  result_.runs[0].failures = 2;
  EXPECT_THAT(FormatRuns(result_), HasSubstr("\n2 failed\n"));
}

TEST_F(SummaryTest, FormulasAreNotQueries) {
  for (RunResult& run : result_.runs) {
    run.computed = true;
  }
  EXPECT_THAT(FormatRuns(result_), Not(HasSubstr("unique")));
  const nlohmann::json out = ToJson({result_});
  EXPECT_EQ(out["runs"][0]["unique_queries"], 0);
  EXPECT_EQ(out["runs"][0]["distinct_architectures"], 90);
  EXPECT_EQ(ResultFromJson(out["runs"][0].dump(), {kAccuracy}, "").unique_queries, 90u);
}

TEST_F(SummaryTest, TiesAreShown) {
  EXPECT_THAT(FormatRuns(result_), Not(HasSubstr("ties")));
  result_.runs[0].best->ties = 3;
  result_.runs[1].best->ties = kMaxTies;
  const std::string text = FormatRuns(result_);
  EXPECT_THAT(text, HasSubstr("at step          ties  steps"));
  EXPECT_THAT(text, HasSubstr("1000 or more"));
  EXPECT_THAT(text, HasSubstr("the one found first is shown"));
  EXPECT_EQ(ToJson({result_})["runs"][0]["best"]["ties"], 3);
}

TEST_F(SummaryTest, AnOptimumIsShownWithTheResults) {
  EXPECT_THAT(FormatRuns(result_), Not(HasSubstr("optimum")));
  EXPECT_THAT(FormatComparison({result_}), Not(HasSubstr("optimum")));
  result_.metrics[0].optimum = 94.5;
  EXPECT_THAT(FormatRuns(result_), HasSubstr("\noptimum     94.50\n"));
  EXPECT_THAT(FormatRuns(result_),
              HasSubstr("optimum: the best accuracy of all architectures that the oracle has\n"));
  EXPECT_THAT(FormatComparison({result_}), HasSubstr("    measured  optimum  "));
  EXPECT_EQ(ToJson({result_})["summary"]["optimum"], 94.5);
}

// The architecture with the optimum may break a limit, or not have the best reward.
TEST_F(SummaryTest, TheOptimumIsUnknownIfMoreThanTheMetricDecides) {
  result_.metrics[0].optimum = 94.5;
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

TEST_F(SummaryTest, JsonHasTheDocumentedShape) {
  const nlohmann::json out = ToJson({result_});
  const nlohmann::json& run = out["runs"][0];
  EXPECT_EQ(run["seed"], 0);
  EXPECT_EQ(run["steps"], 100);
  EXPECT_EQ(run["unique_queries"], 90);
  EXPECT_EQ(run["best"]["architecture"], "arch");
  EXPECT_EQ(run["best"]["step"], 7);
  EXPECT_EQ(run["best"]["metrics"]["accuracy"], 90);
  EXPECT_EQ(out["summary"]["metric"], "accuracy");
  EXPECT_EQ(out["summary"]["mean"], 92);
  EXPECT_EQ(out["summary"]["split"], "test");
  EXPECT_EQ(out["summary"]["budget"]["steps"], 100);
  EXPECT_EQ(out["summary"]["marks"][0]["mean"], 89);
  EXPECT_FALSE(ToJson({result_, result_}).contains("summary"));
  EXPECT_EQ(ToJson({result_, result_})["summaries"].size(), 2u);
}

}  // namespace
}  // namespace lode::core
