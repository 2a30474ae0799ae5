// lode compare: from pipelines and stored runs to tables, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

// Expects the best values at the marks and at the end that the runs themselves report.
void ExpectTheRunsOwnBest(const Program& lode, const Words& directories,
                          const std::vector<double>& budgets, const std::string& metric) {
  Words words = {"compare", "--json"};
  words.insert(words.end(), directories.begin(), directories.end());
  const json compared = json::parse(lode.Run(words).out);
  EXPECT_EQ(compared.at("budgets"), json(budgets));
  ASSERT_EQ(compared.at("tasks").size(), 1u);
  const json& points = compared.at("tasks").at(0).at("points");
  ASSERT_EQ(points.size(), budgets.size() * directories.size());
  for (std::size_t m = 0; m < directories.size(); ++m) {
    const json runs = json::parse(lode.Run({"show", directories[m], "--json"}).out).at("runs");
    ASSERT_EQ(runs.size(), 8u);
    for (std::size_t seed = 0; seed < runs.size(); ++seed) {
      json bests = runs.at(seed).at("marks");
      bests.push_back(runs.at(seed));
      ASSERT_EQ(bests.size(), budgets.size());
      for (std::size_t b = 0; b < bests.size(); ++b) {
        EXPECT_EQ(points.at(b * directories.size() + m).at("values").at(seed),
                  bests.at(b).at("best").at("metrics").at(metric))
            << directories[m] << " seed " << seed << " at " << budgets[b];
      }
    }
  }
}

// Runs are made once for all tests.
class CompareTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TemporaryDirectory();
    lode_ = new Program(directory_->path());
    Run("rea", {});
    Run("random", {"--set", "optimizer.use=random"});
  }
  static void TearDownTestSuite() {
    delete lode_;
    delete directory_;
  }

  // Makes the runs of eight seeds, unless `more` says otherwise.
  static void Run(const std::string& out, Words more) {
    const Words words = {"run",   SourceFile("configs/nb201/rea.toml").string(), "--out", out,
                         "--set", "budget={unique_queries=120,marks=[60]}"};
    more.insert(more.begin(), words.begin(), words.end());
    if (std::ranges::find(more, "--seeds") == more.end()) {
      more.insert(more.end(), {"--seeds", "8"});
    }
    const Outcome outcome = lode_->Run(more);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  static Outcome Compare(Words words) {
    words.insert(words.begin(), "compare");
    return lode_->Run(words);
  }

  static json Compared(Words words) {
    words.insert(words.end(), {"--format", "json"});
    const Outcome outcome = Compare(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  // Expects that it refuses on one line.
  static void ExpectRefused(const Words& words, const std::string& why) {
    const Outcome outcome = Compare(words);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, AllOf(StartsWith("lode: "), HasSubstr(why)));
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }

  static void ExpectMarksAndEnd(const Words& directories, const std::vector<double>& budgets) {
    ExpectTheRunsOwnBest(*lode_, directories, budgets, "valid_accuracy");
  }

  static TemporaryDirectory* directory_;
  static Program* lode_;
};

TemporaryDirectory* CompareTest::directory_ = nullptr;
Program* CompareTest::lode_ = nullptr;

TEST_F(CompareTest, ValuesAreThoseOfTheRuns) {
  ExpectMarksAndEnd({"rea", "random"}, {60, 120});
  EXPECT_EQ(Compared({"rea", "random"}).at("tasks").at(0).at("target"), 91.606667);
}

// Measured architectures that break a limit are queries, too.
TEST_F(CompareTest, RejectedQueriesCount) {
  const Words limited = {"--set", "reward.limits=[{metric=\"params\", max=500000}]"};
  Run("limited-rea", limited);
  Words random = limited;
  random.insert(random.end(), {"--set", "optimizer.use=random"});
  Run("limited-random", random);
  ExpectMarksAndEnd({"limited-rea", "limited-random"}, {60, 120});
  const json compared = Compared({"limited-rea", "limited-random"});
  EXPECT_TRUE(compared.at("tasks").at(0).at("target").is_null()) << "the optimum breaks the limit";
  ExpectRefused({"rea", "limited-rea"},
                "the limit on params is not set in rea, <= 500000 in limited-rea");
}

TEST_F(CompareTest, SearchesOfOneStoreAreNamedByTheirDirectories) {
  Run("two-limits", {"--set", "grid.\"reward.limits\"=[[{metric=\"params\", min=1e5}], []]"});
  ExpectRefused({"two-limits"}, "/reward.limits={metric=params min=1e5}");
  ExpectRefused({"two-limits"}, "/reward.limits=none");
}

TEST_F(CompareTest, SearchesForOtherGoalsAreNotCompared) {
  Run("goals", {"--set", "reward.goals=[{metric=\"valid_accuracy\"}, {metric=\"params\"}]"});
  ExpectRefused({"rea", "goals"},
                "reward.goals is not set in rea, valid_accuracy and params in goals");
}

// Three evaluations are under way at once, and are told as they finish.
TEST_F(CompareTest, TrialsToldAsTheyFinishCountInThatOrder) {
  const Words finished = {"--set", "execution={workers=3, order=\"finished\"}"};
  Words limited = finished;
  limited.insert(limited.end(), {"--set", "reward.limits=[{metric=\"params\", max=500000}]"});
  Run("finished-limited", limited);
  limited.insert(limited.end(), {"--set", "optimizer.use=random"});
  Run("finished-limited-random", limited);
  ExpectMarksAndEnd({"finished-limited", "finished-limited-random"}, {60, 120});

  Words seconds = finished;
  seconds.insert(seconds.end(), {"--set", "budget={simulated_seconds=120000,marks=[30000]}"});
  Run("finished-seconds", seconds);
  seconds.insert(seconds.end(), {"--set", "optimizer.use=random"});
  Run("finished-seconds-random", seconds);
  ExpectMarksAndEnd({"finished-seconds", "finished-seconds-random"}, {30000, 120000});
}

// The training that begins before a budget of seconds is spent belongs to it.
TEST_F(CompareTest, SimulatedSecondsAreThoseOfTheRuns) {
  const Words seconds = {"--set", "budget={simulated_seconds=120000,marks=[30000]}"};
  Run("seconds-rea", seconds);
  Words random = seconds;
  random.insert(random.end(), {"--set", "optimizer.use=random"});
  Run("seconds-random", random);
  ExpectMarksAndEnd({"seconds-rea", "seconds-random"}, {30000, 120000});
}

TEST_F(CompareTest, TablesSayOverHowManySeedsAndAtWhichBudget) {
  const Outcome outcome = Compare({"rea", "random", "--set", "pipeline.seeds=8"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("validation split of cifar10, 200 epochs"),
                    HasSubstr("by budget in unique queries; regret: distance from the optimum"),
                    HasSubstr("corrected for the 2 tests of this task"), HasSubstr("Wilcoxon"),
                    HasSubstr("rea is better"), HasSubstr("over 8 seeds")));
}

TEST_F(CompareTest, PipelinesAreRunOnceAndThenContinued) {
  const Words words = {SourceFile("configs/nb201/rea.toml").string(),
                       "other=" + SourceFile("configs/nb201/random.toml").string(),
                       "--seeds",
                       "5",
                       "--set",
                       "budget={steps=40}"};
  const json first = Compared(words);
  EXPECT_EQ(first.at("tasks").at(0).at("methods").at(0).at("name"), "rea");
  EXPECT_EQ(first.at("tasks").at(0).at("methods").at(1).at("name"), "other");
  EXPECT_TRUE(std::filesystem::exists(directory_->path() / "runs/compare/nb201-rea/seed-4/run.db"));
  EXPECT_EQ(Compared(words), first) << "even the wall times are those of the stored runs";
  EXPECT_EQ(Compared({"runs/compare/nb201-rea", "other=runs/compare/nb201-random"}), first);
}

// The seeds that others left in the directory are not asked for, and may have another budget.
TEST_F(CompareTest, OnlyTheRunsOfThePipelinesAreCompared) {
  Words words = {SourceFile("configs/nb201/rea.toml").string(),
                 SourceFile("configs/nb201/random.toml").string(),
                 "--runs",
                 "kept",
                 "--set",
                 "budget={steps=40}",
                 "--seeds",
                 "7"};
  const auto points = [&](const Words& more) {
    Words all = words;
    all.insert(all.end(), more.begin(), more.end());
    json of = Compared(all);
    EXPECT_EQ(of.at("tasks").at(0).at("points").size(), 2u);
    return of;
  };
  EXPECT_EQ(points({}).at("tasks").at(0).at("points").at(0).at("seeds").size(), 7u);
  words.back() = "5";
  const json extended = points({"--extend", "steps=60"});
  EXPECT_EQ(extended.at("budgets"), json({60.0}));
  EXPECT_EQ(extended.at("tasks").at(0).at("points").at(0).at("seeds").size(), 5u);

  const auto unplanned = directory_->path() / "kept/nb201-rea/seed-6/run.db";
  EXPECT_TRUE(std::filesystem::exists(unplanned));
  const json fresh = points({"--fresh", "--set", "budget.steps=20"});
  EXPECT_EQ(fresh.at("budgets"), json({20.0}));
  EXPECT_EQ(fresh.at("tasks").at(0).at("points").at(0).at("seeds").size(), 5u);
  EXPECT_FALSE(std::filesystem::exists(unplanned));
  words[3] = "whole";
  words[5] = "budget={steps=60}";
  EXPECT_EQ(points({}).at("tasks").at(0).at("points"), extended.at("tasks").at(0).at("points"));
}

TEST_F(CompareTest, OptionsForPipelinesNeedOne) {
  ExpectRefused({"rea", "random", "--extend", "unique_queries=200"},
                "--extend: no pipeline is given, and stored runs are compared as they are; `lode "
                "resume DIR --extend` continues them");
  ExpectRefused({"rea", "random", "--fresh"}, "--fresh: no pipeline is given");
}

TEST_F(CompareTest, EachFormatHasTheSameNumbers) {
  const json compared = Compared({"rea", "random", "--at", "100"});
  const std::string mean =
      compared.at("tasks").at(0).at("points").at(0).at("best").at("mean").dump();
  EXPECT_THAT(Compare({"rea", "random", "--at", "100", "--format", "csv"}).out,
              AllOf(StartsWith("row,task,unit,budget,method,other,"), HasSubstr("," + mean + ",")));
  const std::string shown = mean.substr(0, 5);
  EXPECT_THAT(Compare({"rea", "random", "--at", "100", "--format", "markdown"}).out,
              AllOf(StartsWith("## nb201 on nb201.table"), HasSubstr("| 100 | rea | 8 |"),
                    HasSubstr(shown)));
  EXPECT_THAT(Compare({"rea", "random", "--at", "100", "--format", "latex"}).out,
              AllOf(HasSubstr("\\begin{tabular}"), HasSubstr("valid\\_accuracy"),
                    HasSubstr("100 & rea & 8 & "), HasSubstr(shown), HasSubstr("95 \\% interval"),
                    HasSubstr("$\\pm$")));
  EXPECT_THAT(Compare({"rea", "random", "--json"}).out, StartsWith("{"));
}

TEST_F(CompareTest, AnotherOracleOrSplitIsRefused) {
  Run("rea100", {"--set", "oracle.dataset=cifar100"});
  ExpectRefused({"rea", "rea100"}, "oracle.dataset is \"cifar10\" in rea, \"cifar100\" in rea100");
  Run("rea-test", {"--set", "reward.metric=test_accuracy", "--set", "reward.allow_test=true"});
  ExpectRefused({"rea", "rea-test"}, "reward.metric is valid_accuracy in rea, test_accuracy in");
  ExpectRefused({"rea"}, "at least two searches");
  ExpectRefused({"rea", "missing"}, "missing");
  ExpectRefused({"rea", "rea"}, "give each directory once");
}

TEST_F(CompareTest, AnotherBudgetUnitIsRefusedUntilTheUserChooses) {
  Run("steps", {"--set", "optimizer.use=local_search", "--set", "budget={steps=150}"});
  ExpectRefused({"rea", "steps"},
                "the budget of rea counts unique queries, that of local_search "
                "steps; --by unique_queries or --by steps says what");
  const json compared = Compared({"rea", "steps", "--by", "steps", "--at", "50,100"});
  EXPECT_EQ(compared.at("budgets"), json({50.0, 100.0}));
  EXPECT_EQ(compared.at("tasks").at(0).at("points").at(3).at("seeds").size(), 8u);
  ExpectRefused({"rea", "steps", "--by", "simulated_seconds", "--metric", "valid"}, "no metric");
  EXPECT_GT(Compared({"rea", "random", "--by", "simulated_seconds"}).at("budgets").at(0), 1000);
}

TEST_F(CompareTest, FewSeedsAreShownButNotTested) {
  Run("few", {"--set", "optimizer.use=random", "--seeds", "4"});
  const Outcome outcome = Compare({"rea", "few"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("random has 4 seeds: too few (fewer than 5)"),
                                 HasSubstr("the first less the second; not tested"),
                                 Not(HasSubstr("rea is better"))));
}

TEST_F(CompareTest, OtherSeedsAreComparedUnpaired) {
  Run("fresh", {"--set", "optimizer.use=random", "--seeds", "20,21,22,23,24,25"});
  const json compared = Compared({"rea", "fresh"});
  EXPECT_EQ(compared.at("tasks").at(0).at("pairs").at(0).at("test"), "Mann-Whitney");
  EXPECT_TRUE(compared.at("tasks").at(0).at("ranking").is_null());
  EXPECT_THAT(Compare({"rea", "fresh"}).out, HasSubstr("The methods have different seeds"));
}

TEST_F(CompareTest, NamesAndOptionsThatDoNotFitAreRefused) {
  ExpectRefused({"rea", "random", "--baseline", "rae"}, "did you mean 'rea'?");
  ExpectRefused({"rea", "random", "--metric", "test_accurac"}, "did you mean 'test_accuracy'?");
  ExpectRefused({"a=rea", "a=random"}, "two searches of the same task are called a");
  ExpectRefused({SourceFile("tests/search_then_list.toml").string(), "rea"}, "has stages");
}

TEST_F(CompareTest, GridsAreTasks) {
  const Words grid = {"--set", "grid={\"oracle.dataset\"=[\"cifar10\", \"imagenet16\"]}"};
  Run("grid-rea", grid);
  Words random = grid;
  random.insert(random.end(), {"--set", "optimizer.use=random"});
  Run("grid-random", random);
  const json compared = Compared({"grid-rea", "grid-random"});
  ASSERT_EQ(compared.at("tasks").size(), 2u);
  EXPECT_EQ(compared.at("ranking").at("blocks"), 16);
  EXPECT_THAT(Compare({"grid-rea", "random"}).out,
              HasSubstr("left out: nothing else searched what rea did: nb201 on nb201.table: "
                        "valid_accuracy (percent; validation split of imagenet16"));
}

// Searches whose measurements scatter. `GetParam()`: settings of both.
class NoisyCompareTest : public testing::TestWithParam<Words> {
 protected:
  void Run(const std::string& optimizer) const {
    Words words = {
        "run", SourceFile("configs/nb201/rea.toml").string(), "--out", optimizer, "--seeds", "8"};
    AppendSettings(
        words, {"oracle={use=\"noisy_oracle\", delay_ms=1}",
                "reward={metric=\"accuracy\", transform=\"identity\"}",
                "budget={unique_queries=40, marks=[10, 25]}",
                "optimizer={use=\"" + optimizer + "\"}", "optimizer.rea={population=5, sample=5}"});
    AppendSettings(words, GetParam());
    const Outcome outcome = lode_.Run(words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());
};

// rea proposes what it knows again. These repeats are no unique queries, change the best, and spend
// the budget of evaluations before the unique queries are spent.
TEST_P(NoisyCompareTest, TheBestIsTheOneThatTheRunsReport) {
  Run("rea");
  Run("random");
  ExpectTheRunsOwnBest(lode_, {"rea", "random"}, {10, 25, 40}, "accuracy");
}

constexpr char kConfirm[] = "confirm={repeats=2, candidates=2}";

INSTANTIATE_TEST_SUITE_P(
    Searches, NoisyCompareTest,
    testing::Values(Words{}, Words{kConfirm}, Words{kConfirm, "execution.workers=3"},
                    Words{kConfirm, "execution={workers=3, order=\"finished\"}"},
                    Words{kConfirm, "reward.limits=[{metric=\"accuracy\", min=94.2}]"}));

}  // namespace
}  // namespace lode::cli
