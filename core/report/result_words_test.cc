#include "core/report/result_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/report/render_json.h"
#include "core/report/search_words.h"
#include "core/report/test_results.h"

namespace lode::core {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> TitlesOf(const WordTable& table) {
  std::vector<std::string> titles;
  std::ranges::transform(table.columns, std::back_inserter(titles), &WordTable::Column::title);
  return titles;
}

class ResultWordsTest : public testing::Test {
 protected:
  SearchSummary summary() const { return SearchSummary(result_); }

  Search search_ = MakeSearch();
  SearchResult result_{&search_, {kAccuracy}, {MakeRun(0, 88, 90), MakeRun(1, 90, 94)}};
};

TEST_F(ResultWordsTest, DescribesTheSearch) {
  EXPECT_EQ(DescribeSearch(summary()),
            "rea on cells, reward exponential of accuracy (percent; test split of cifar10, 200 "
            "epochs), budget 100 steps");
}

TEST_F(ResultWordsTest, ComparisonsNameTheOptimizerOnce) {
  search_.point = {{"optimizer.use", "rea"}, {"oracle.dataset", "cifar10"}};
  const std::vector<SearchSummary> summaries = {summary()};
  const WordTable table = ComparisonTable(summaries).table;
  const std::vector<std::string> titles = TitlesOf(table);
  ASSERT_GE(titles.size(), 3u);
  EXPECT_EQ(std::vector(titles.begin(), titles.begin() + 3),
            (std::vector<std::string>{"pipeline", "oracle.dataset", "optimizer"}));
  EXPECT_EQ(table.rows[0][1], "cifar10");
  EXPECT_EQ(table.rows[0][2], "rea");
}

TEST_F(ResultWordsTest, DescribesAllPartsOfASearch) {
  Pipeline& p = search_.pipeline;
  p.optimizer.preset = "robust";
  p.reward.scale = 0.01;
  p.reward.add = {{"params", -1e-9, {}}};
  p.reward.limits = {{"params", std::nullopt, 4e8, {}}, {"accuracy", 10, 99, {}}};
  p.reward.limit_rule = LimitRule::kPenalty;
  p.reward.goals = {{"accuracy", {}, {}}, {"params", {}, {}}};
  p.budget.unique_queries = 30;
  p.budget.evaluations = 70;
  p.confirm = {.repeats = 2, .candidates = 5};
  result_.metrics.push_back(kParams);
  result_.runs[0].evaluations = 1;
  EXPECT_EQ(DescribeSearch(summary()),
            "rea (robust) on cells, reward 0.01 exponential of accuracy - 1e-09 params (percent; "
            "test split of cifar10, 200 epochs), limits params <= 400000000, accuracy >= 10 and "
            "<= 99 by penalty (soft, weight -0.07), goals accuracy, params, budget 100 steps or 30 "
            "unique queries or 60 evaluations");
}

TEST_F(ResultWordsTest, AWarmStartIsInEveryTable) {
  search_.pipeline.start.warm_start = "runs/a";
  search_.pipeline.start.trials = "b.csv";
  result_.runs[0].warm_start = WarmStart{50, 0, Best(92)};
  result_.runs[1].warm_start = WarmStart{60, 2, std::nullopt};
  result_.runs[1].best->known = true;
  const std::string start = "warm start: 50 to 60 known trials from runs/a and b.csv";
  EXPECT_THAT(DescribeSearch(summary()), HasSubstr(", budget 100 steps, " + start));
  EXPECT_THAT(DescribeSearch(summary()), HasSubstr("(0 to 2 left out)"));
  const TitledTable words = RunsTable(summary());
  EXPECT_THAT(TitlesOf(words.table),
              ElementsAre("seed", "accuracy", "at step", "was known", "known trials", "best known",
                          "steps", "unique", "failed", "seconds", "best architecture"));
  EXPECT_THAT(words.table.rows[0], ElementsAre("0", "90.00", "7", "no", "50", "92.00", "100", "90",
                                               "0", "0.00", "arch"));
  EXPECT_THAT(words.table.rows[1],
              ElementsAre("1", "94.00", "7", "yes", "60", "-", "100", "90", "0", "0.00", "arch"));
  EXPECT_THAT(words.notes, HasSubstr("known trials: measured before the run"));
  const std::vector<SearchSummary> all{summary()};
  const TitledTable compared = ComparisonTable(all);
  EXPECT_THAT(compared.table.rows[0], Contains("rea, warm start"));
  EXPECT_THAT(DescribeEnded("mine", result_.runs[1], kAccuracy, 0),
              HasSubstr("warm start with 60 known trials, best accuracy 94.00 (known before)"));
  const UnfinishedRun unfinished{.search = &search_, .title = "mine", .steps = 20};
  EXPECT_THAT(DescribeUnfinished(unfinished), HasSubstr("20 of 100 steps, warm start"));
}

TEST_F(ResultWordsTest, WhereTheLastTrialIsTheResultNothingIsCalledTheBest) {
  search_.pipeline.reward.result = ResultRule::kLast;
  result_.runs[0].evaluations = 100;  // noisy
  const TitledTable words = RunsTable(summary());
  EXPECT_THAT(TitlesOf(words.table),
              ElementsAre("seed", "accuracy", "at step", "steps", "unique", "evaluations",
                          "confirming", "failed", "seconds", "last architecture"));
  EXPECT_THAT(words.notes, HasSubstr("metrics: those of each search's last architecture\n"));
  EXPECT_THAT(words.notes, HasSubstr("accuracy of the last after 100 steps"));
  EXPECT_THAT(words.notes, Not(HasSubstr("best")));
  const std::vector<SearchSummary> all{summary()};
  EXPECT_THAT(ComparisonTable(all).heading, testing::StartsWith("the last architecture of each"));
  Search best = MakeSearch();
  const SearchResult other{&best, {kAccuracy}, {}};
  EXPECT_THAT(ComparisonTable(std::vector{summary(), SearchSummary(other)}).heading,
              testing::StartsWith("the best, or by [reward] result the last, of each search"));
  EXPECT_THAT(DescribeEnded("mine", result_.runs[0], kAccuracy, 0, ResultRule::kLast),
              HasSubstr(", last accuracy 90.00"));
  const UnfinishedRun unfinished{
      .search = &search_, .title = "mine", .steps = 20, .metrics = {kAccuracy}, .best = Best(92)};
  EXPECT_THAT(DescribeUnfinished(unfinished), HasSubstr(", last accuracy 92.00 at step"));
}

TEST_F(ResultWordsTest, ATableHasARowForEachRunAndTheOptimum) {
  result_.metrics[0].optimum = 94.5;
  result_.runs.push_back(Failed(2));
  const TitledTable words = RunsTable(summary());
  EXPECT_THAT(TitlesOf(words.table), ElementsAre("seed", "accuracy", "at step", "steps", "unique",
                                                 "failed", "seconds", "best architecture"));
  ASSERT_EQ(words.table.rows.size(), 4u);
  EXPECT_THAT(words.table.rows[1],
              ElementsAre("1", "94.00", "7", "100", "90", "0", "0.00", "arch"));
  EXPECT_THAT(words.table.rows[2], ElementsAre("2", "-", "-", "0", "0", "0", "0.00", "-"));
  EXPECT_THAT(words.table.rows[3], ElementsAre("optimum", "94.50", "", "", "", "", "", ""));
  EXPECT_EQ(words.heading.find("mine: rea on cells"), 0u);
  EXPECT_EQ(DescribeEndings(summary()), "seed 2 failed: no luck\n");
}

TEST_F(ResultWordsTest, NoisyMetricsHaveColumnsOfTheirOwn) {
  for (RunResult& run : result_.runs) {
    run.evaluations = 60;
    run.confirmations = 10;
    run.best->measurements = 4;
  }
  result_.runs[1].best->standard_error = 0.0625;
  const TitledTable words = RunsTable(summary());
  EXPECT_THAT(
      TitlesOf(words.table),
      ElementsAre("seed", "accuracy", "std. error", "measured", "at step", "steps", "unique",
                  "evaluations", "confirming", "failed", "seconds", "best architecture"));
  EXPECT_EQ(words.table.rows[0][2], "-");
  EXPECT_EQ(words.table.rows[1][2], "0.062");
  EXPECT_EQ(words.table.rows[1][3], "4");
  EXPECT_THAT(words.notes, HasSubstr("std. error: of accuracy; the best has the best lower"));
}

TEST_F(ResultWordsTest, LimitsGoalsAndCostsHaveColumns) {
  RewardConfig& reward = search_.pipeline.reward;
  reward.limits = {{"params", std::nullopt, 100, {}}};
  reward.goals = {{"accuracy", 0, {}}, {"params", 100, {}}};
  result_.metrics.push_back(kParams);
  for (RunResult& run : result_.runs) {
    run.best->metrics.push_back(50);
    run.cost_seconds = 12.4;
    run.rejections = 3;
    run.front = {*run.best};
    run.hypervolume = 123456.7;
  }
  const TitledTable words = RunsTable(summary());
  EXPECT_THAT(TitlesOf(words.table),
              ElementsAre("seed", "accuracy", "params", "at step", "steps", "unique", "failed",
                          "simulated s", "rejected", "front", "hypervolume", "seconds",
                          "best architecture"));
  EXPECT_THAT(words.table.rows[0], ElementsAre("0", "90.00", "50", "7", "100", "90", "0", "12", "3",
                                               "1", "1.2346e+05", "0.00", "arch"));
}

// 41 trials have 20 rows: the first, the last, and every second one or so between them.
TEST_F(ResultWordsTest, ALargeFrontIsShownInPart) {
  EXPECT_FALSE(FrontTable(summary()));
  search_.pipeline.reward.goals = {{"accuracy", 0, {}}, {"params", 100, {}}};
  result_.metrics.push_back(kParams);
  RunResult& run = result_.runs[0];
  result_.runs.resize(1);
  run.hypervolume = 2000;
  for (int i = 40; i >= 0; --i) {
    run.front.push_back({"a" + std::to_string(i), 0, 0, {50.0 + i, 10.0 + i}});
  }
  const TitledTable words = FrontTable(summary()).value();
  EXPECT_EQ(words.heading,
            "hypervolume of a seed's front above (accuracy 0, params 100): 2000\n"
            "Pareto front of all seeds: 41 architectures, 20 of them shown (--json and the runs' "
            "view pareto have all)\n");
  ASSERT_EQ(words.table.rows.size(), kFrontRows);
  EXPECT_THAT(words.table.rows.front(), ElementsAre("90.00", "50", "a40"));
  EXPECT_THAT(words.table.rows[1], ElementsAre("88.00", "48", "a38"));
  EXPECT_THAT(words.table.rows.back(), ElementsAre("50.00", "10", "a0"));
  run.front.resize(1);
  EXPECT_THAT(FrontTable(summary()).value().heading, HasSubstr("seeds: 1 architecture\n"));
}

TEST_F(ResultWordsTest, AComparisonHasARowForEachPoint) {
  const std::vector both{summary()};
  const WordTable table = ComparisonTable(both).table;
  EXPECT_THAT(TitlesOf(table),
              ElementsAre("pipeline", "oracle.dataset", "optimizer", "searched on", "after",
                          "seeds", "measured", "published", "difference", "published by"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0],
              ElementsAre("mine", "cifar10", "rea", "percent; test split of cifar10, 200 epochs",
                          "50 steps", "2", "89.00 ± 1.41", "88.00 ± 0.50", "+2.00 sd", "here"));
  EXPECT_THAT(table.rows[1],
              ElementsAre("mine", "cifar10", "rea", "percent; test split of cifar10, 200 epochs",
                          "100 steps", "2", "92.00 ± 2.83", "", "", ""));
}

TEST_F(ResultWordsTest, AComparisonNamesTheMetricWhereFiguresAreOfSeveral) {
  Search search = MakeSearch();
  search.pipeline.references.push_back({"there", {}, std::nullopt, 3e6, 5e5, "params"});
  result_.search = &search;
  result_.metrics.push_back(kParams);
  for (RunResult& run : result_.runs) { run.best->metrics.push_back(2e6); }
  const std::vector both{summary()};
  const WordTable table = ComparisonTable(both).table;
  EXPECT_THAT(TitlesOf(table), ElementsAre("pipeline", "oracle.dataset", "optimizer", "searched on",
                                           "after", "seeds", "metric", "measured", "published",
                                           "difference", "published by"));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[1][6], "accuracy");
  EXPECT_THAT(table.rows[2],
              ElementsAre("mine", "cifar10", "rea", "percent; test split of cifar10, 200 epochs",
                          "100 steps", "2", "params", "2000000 ± 0", "3000000 ± 500000", "-2.00 sd",
                          "there"));
}

// The second architecture was not measured for one of the columns.
TEST_F(ResultWordsTest, StagesAreCompared) {
  Search later = MakeSearch();
  later.point.clear();
  later.pipeline.references.clear();
  MetricDeclaration other = kAccuracy;
  other.name = "other";
  const SearchResult first{&later, {kAccuracy, kParams}, {}}, second{&later, {other}, {}};
  result_.runs.push_back(Exhausted(2, 13, 10));
  BestTrial best = Best(94);
  const StageComparison comparison{"search",
                                   "final",
                                   {{summary(), best, &first, {{3, 93.456, 0.5}, {3, 1000, 0}}},
                                    {summary(), best, &second, {{1, 90, {}}}}}};
  const TitledTable words = StagesTable(comparison);
  EXPECT_EQ(words.heading,
            "the best of stage search, as stage final measured it (mean ± sample standard "
            "deviation over its runs)\n");
  EXPECT_THAT(TitlesOf(words.table), ElementsAre("search", "search.accuracy", "final.accuracy",
                                                 "final.params", "runs", "architecture"));
  EXPECT_THAT(words.table.rows[0],
              ElementsAre("cifar10", "94.00", "93.46 ± 0.50", "1000 ± 0", "3", "arch"));
  EXPECT_THAT(words.table.rows[1], ElementsAre("cifar10", "94.00", "-", "-", "1", "arch"));
  EXPECT_EQ(words.notes, "stage search cifar10: 1 of 3 seeds ended after 13 of 100 steps\n");
}

// Of the reward's metric, where all conditions hold in one of the two grids.
TEST_F(ResultWordsTest, StagesAreComparedWithPublishedFigures) {
  Search later = MakeSearch();
  later.point = {{"optimizer.limit", "1"}};
  using Where = std::vector<std::pair<std::string, std::string>>;
  const auto publish = [&](const char* label, const Where& where, const char* metric = "") {
    later.pipeline.references.push_back({label, where, std::nullopt, 97.2, 0.1, metric});
  };
  later.pipeline.references.clear();
  const SearchResult measured{&later, {kAccuracy}, {}};
  const StageComparison comparison{
      "search", "final", {{summary(), Best(94), &measured, {{1, 93, {}}}}}};
  publish("everywhere", {});
  publish("elsewhere", {{"oracle.dataset", "cifar100"}});
  publish("half", {{"oracle.dataset", "cifar10"}, {"optimizer.limit", "2"}});
  publish("another metric", {{"oracle.dataset", "cifar10"}}, "params");
  EXPECT_THAT(
      TitlesOf(StagesTable(comparison).table),
      ElementsAre("search", "search.accuracy", "final", "final.accuracy", "runs", "architecture"));
  EXPECT_FALSE(ToJson(std::vector{comparison})[0]["rows"][0].contains("published"));
  publish("here", {{"oracle.dataset", "cifar10"}, {"optimizer.limit", "1"}}, "accuracy");
  search_.pipeline.reward.result = ResultRule::kLast;
  EXPECT_EQ(StagesTable(comparison).heading,
            "the last architectures of stage search, as stage final measured them\n");
  search_.pipeline.start.architectures = {"arch"};
  EXPECT_THAT(StagesTable(comparison).heading,
              HasSubstr("of stage search, given architectures, as stage final"));
  const WordTable table = StagesTable(comparison).table;
  EXPECT_THAT(TitlesOf(table),
              ElementsAre("search", "search.accuracy", "final", "final.accuracy",
                          "published accuracy", "published by", "runs", "architecture"));
  EXPECT_THAT(table.rows[0],
              ElementsAre("cifar10", "94.00", "1", "93.00", "97.20 ± 0.10", "here", "1", "arch"));
  const nlohmann::json row = ToJson(std::vector{comparison})[0]["rows"][0];
  later.pipeline.references.back().std = 0;
  EXPECT_EQ(StagesTable(comparison).table.rows[0][4], "97.20") << "published without a deviation";
  EXPECT_EQ(PublishedText({"paper", {}, {}, 467e6}), "467000000");
  EXPECT_EQ(row["published"], (nlohmann::json{{"label", "here"}, {"mean", 97.2}, {"std", 0.1}}));
}

TEST_F(ResultWordsTest, StagesHaveStandings) {
  EXPECT_EQ(DescribeStages(
                {{.name = "supernet", .standing = Standing::kFinished},
                 {.name = "search", .standing = Standing::kUnfinished, .runs = 10, .not_begun = 3},
                 {.name = "final", .runs = 5, .not_begun = 5}}),
            "stage supernet: finished\nstage search: unfinished\nstage final: not begun\n"
            "stage search: 3 of 10 runs not begun\n");
}

TEST_F(ResultWordsTest, RunsAreDescribedInALine) {
  RunResult run = MakeRun(3, 80, 93.5);
  run.seconds = 0.516;
  EXPECT_EQ(DescribeEnded("mine seed 3", run, kAccuracy, 0),
            "mine seed 3: 100 steps, 90 unique queries, 0.52 s, best accuracy 93.50");
  run.computed = true;
  run.best->measurements = 4;
  run.failures = 2;
  run.failure_kinds = {{"time-out", 2}};
  run.reason = "nothing new";
  EXPECT_EQ(DescribeEnded("mine seed 3", run, kAccuracy, 0),
            "mine seed 3: 100 steps, 90 distinct architectures, 0.52 s, best accuracy 93.50 (mean "
            "of 4), 2 failed: time-out (2) (nothing new)");
  EXPECT_EQ(DescribeBest({&result_, &result_.runs[1]}),
            "best: accuracy 94.00, cifar10 seed 1 at step 7");
  EXPECT_EQ(DescribeUnfinished({.search = &search_, .title = "mine seed 3"}),
            "mine seed 3: not begun, 0 of 100 steps");
}

TEST_F(ResultWordsTest, PipelinesAreListed) {
  EXPECT_EQ(DescribeBests({}), "-");
  const PipelineStanding::Best best{kAccuracy, 91.5};
  EXPECT_EQ(DescribeBests({best, {kParams, 9}}), "accuracy 91.50, params 9");
  EXPECT_EQ(DescribeBests({best, best, best, best}),
            "accuracy 91.50, accuracy 91.50, accuracy 91.50, ...");
  const std::filesystem::file_time_type when{};
  const TitledTable words =
      PipelinesTable({{.directory = "runs/cut short",
                       .changed = when,
                       .standing = Standing::kUnfinished,
                       .runs = 3,
                       .ended = 1,
                       .steps = 40,
                       .planned_steps = 60,
                       .bests = {best}},
                      {.directory = "b", .changed = when, .steps = 7, .damage = "b: is broken"}});
  EXPECT_THAT(words.table.rows[0], ElementsAre("runs/cut short", TimeText(when), "unfinished",
                                               "1 of 3", "40 of 60", "accuracy 91.50"));
  EXPECT_THAT(words.table.rows[1], ElementsAre("b", TimeText(when), "damaged", "0 of 0", "7", "-"));
  EXPECT_EQ(words.notes, "to continue: lode resume 'runs/cut short'\ndamaged: b: is broken\n");
}

}  // namespace
}  // namespace lode::core
