#include "core/report/summary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lode::core {
namespace {

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

BestTrial Best(double accuracy) { return {"arch", 7, 1, {accuracy}}; }

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

TEST_F(SummaryTest, SaysWhatWasSearchedOn) {
  EXPECT_EQ(DescribeSearch(result_),
            "rea on cells, reward exponential of accuracy (percent; test split of cifar10, 200 "
            "epochs), budget 100 steps");
}

TEST_F(SummaryTest, StatisticsAreOfTheBestAtAPoint) {
  EXPECT_EQ(BestMetric(result_, 50).mean, 89);
  EXPECT_EQ(BestMetric(result_, std::nullopt).mean, 92);
}

// A run that failed before its first success has no best: it is not counted, and it is said.
TEST_F(SummaryTest, ARunWithoutABestIsNotCounted) {
  RunResult failed;
  failed.seed = 2;
  failed.ending = Ending::kFailed;
  failed.reason = "no luck";
  result_.runs.push_back(failed);
  EXPECT_EQ(BestMetric(result_, std::nullopt).count, 2u);
  EXPECT_NE(FormatRuns(result_).find("seed 2 failed: no luck\n"), std::string::npos);
  EXPECT_TRUE(ToJson({result_})["runs"][2]["best"].is_null());
}

// (89 - 88) / 0.5 deviations above the figure whose place and mark fit.
TEST_F(SummaryTest, ComparesWithThePublishedFigureOfItsPlace) {
  const std::string text = FormatComparison({result_});
  EXPECT_NE(text.find("89.00 ± 1.41  88.00 ± 0.50    +2.00 sd  here\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("elsewhere"), std::string::npos);
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
