// The main job, end to end: pipelines on the real NAS-Bench-201 table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const char* const kOneGoalOptimizers[] = {"l2nas", "random", "rea", "local_search"};

std::string Config(const std::string& name) {
  return SourceFile("configs/nb201/" + name + ".toml").string();
}

// Returns every stored trial, as text that shows every bit.
std::string Trials(const fs::path& run) {
  return Select(run,
                "SELECT step, architecture, printf('%!.17g', reward), printf('%!.17g', "
                "valid_accuracy), random, reused, "
                "evaluation, hex((SELECT action FROM trial t WHERE t.step = trials.step)) FROM "
                "trials ORDER BY step");
}

class RunTest : public testing::Test {
 protected:
  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
};

TEST_F(RunTest, EveryShippedPipelineRuns) {
  for (const char* optimizer : kOneGoalOptimizers) {
    const json out =
        RunJson(lode_, {Config(optimizer), "--seeds", "2", "--set", "budget={steps=60}"});
    ASSERT_EQ(out["runs"].size(), 2u) << optimizer;
    for (const json& run : out["runs"]) {
      EXPECT_EQ(run["steps"], 60);
      EXPECT_GT(run["unique_queries"], 30);
      EXPECT_GE(run["best"]["step"], 0);
      EXPECT_GT(run["best"]["metrics"]["valid_accuracy"], 80.0);
      EXPECT_EQ(run["best"]["architecture"].get<std::string>().front(), '|');
    }
    EXPECT_EQ(out["summary"]["metric"], "valid_accuracy");
    EXPECT_GT(out["summary"]["mean"], 80.0);
    EXPECT_EQ(out["summary"]["dataset"], "cifar10");
    EXPECT_EQ(out["summary"]["split"], "validation");
    EXPECT_EQ(out["summary"]["epochs"], 200);
  }
}

TEST_F(RunTest, OneWordChangesTheOptimizer) {
  for (const char* optimizer : kOneGoalOptimizers) {
    const std::string use = std::string("optimizer.use=") + optimizer;
    const json out = RunJson(
        lode_, {Config("l2nas"), "--seeds", "3,", "--set", use, "--set", "budget={steps=40}"});
    EXPECT_EQ(out["summary"]["optimizer"], optimizer);
    EXPECT_EQ(out["runs"][0]["seed"], 3);
  }
}

TEST_F(RunTest, TheSameSeedGivesTheSameTrialsForAnyJobs) {
  for (const char* optimizer : kOneGoalOptimizers) {
    for (const char* jobs : {"1", "2"}) {
      const fs::path out = dir_.path() / optimizer / jobs;
      RunJson(lode_, {Config(optimizer), "--seeds", "3", "--set", "budget={steps=200}", "--jobs",
                      jobs, "--out", out});
    }
    for (const char* seed : {"seed-0", "seed-1", "seed-2"}) {
      const std::string one = Trials(dir_.path() / optimizer / "1" / seed);
      EXPECT_EQ(Lines(one).size(), 200u);
      EXPECT_EQ(one, Trials(dir_.path() / optimizer / "2" / seed)) << optimizer;
    }
    EXPECT_NE(Trials(dir_.path() / optimizer / "1/seed-0"),
              Trials(dir_.path() / optimizer / "1/seed-1"));
  }
}

TEST_F(RunTest, WarnsOfTooFewProcessors) {
  const std::vector<std::string> arguments = {"run",   Config("random"),    "--seeds", "1",
                                              "--set", "budget={steps=20}", "--set"};
  const auto run = [&](const std::string& change) {
    auto all = arguments;
    all.push_back(change);
    const Outcome outcome = lode_.Run(all);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(run("execution.threads=1024"),
              HasSubstr("'workers' times 'threads' is 1024, and here are "));
  EXPECT_THAT(run("execution.threads=1"), Not(HasSubstr("processors")));
}

// The oracle for any space, on the file of the oracle that was made for this space.
TEST_F(RunTest, TheGenericTableGivesTheTrialsOfNb201Table) {
  for (const char* config : {"random", "any_table"}) {
    RunJson(lode_, {Config(config), "--seeds", "2", "--out", dir_.path() / config});
  }
  const std::string trials = Trials(dir_.path() / "any_table" / "seed-1");
  EXPECT_EQ(Lines(trials).size(), 1000u);
  EXPECT_EQ(trials, Trials(dir_.path() / "random" / "seed-1"));
}

TEST_F(RunTest, TheKeptConfigurationReproducesTheRun) {
  const fs::path first = dir_.path() / "first";
  RunJson(lode_, {Config("l2nas"), "--seeds", "7,", "--set", "budget={steps=100}", "--set",
                  "oracle.dataset=imagenet16", "--out", first});
  const fs::path second = dir_.path() / "second";
  RunJson(lode_, {(first / "seed-7/pipeline.toml").string(), "--out", second});
  EXPECT_EQ(Trials(first / "seed-7"), Trials(second / "seed-7"));
}

TEST_F(RunTest, UniqueQueriesAreCountedAndRepeatsAreFree) {
  const json out = RunJson(lode_, {Config("rea"), "--seeds", "4", "--set",
                                   "budget={steps=0, unique_queries=300, marks=[100, 200]}"});
  for (const json& run : out["runs"]) {
    EXPECT_EQ(run["unique_queries"], 300);
    EXPECT_GT(run["steps"], 300);  // evolution meets known architectures
    ASSERT_EQ(run["marks"].size(), 2u);
    EXPECT_LE(run["marks"][0]["best"]["reward"], run["marks"][1]["best"]["reward"]);
    EXPECT_LE(run["marks"][1]["best"]["reward"], run["best"]["reward"]);
  }
}

TEST_F(RunTest, ASearchThatOnlyRepeatsItselfEnds) {
  const Outcome outcome = lode_.Run({"run", Config("random"), "--seeds", "1", "--set",
                                     "budget={steps=0, unique_queries=15626, patience=2000}"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("seed 0 stalled: no new architecture in the last 2000 steps"),
            std::string::npos)
      << outcome.out;
}

// Neither the mark nor the end was reached.
TEST_F(RunTest, TablesShowHowFarASearchGot) {
  const std::vector<std::string> arguments = {
      "run",     Config("random"),
      "--seeds", "2",
      "--set",   "budget={steps=0, unique_queries=15626, patience=100, marks=[100, 15625]}",
      "--out",   (dir_.path() / "out").string()};
  const Outcome outcome = lode_.Run(arguments);
  EXPECT_NE(outcome.out.find("valid_accuracy of the best after 100 unique queries, 2 seeds: "),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.out.find("after 15625"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("of the best after 15626"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("2 seeds ended after "), std::string::npos) << outcome.out;
  const json out = json::parse(lode_.Run({"show", "--json", (dir_.path() / "out").string()}).out);
  EXPECT_EQ(out["summary"]["reached"], 0);
  EXPECT_EQ(out["summary"]["marks"].size(), 1u);
  EXPECT_TRUE(out["summary"]["mean"].is_null());
}

TEST_F(RunTest, FormulasAreNotQueries) {
  const Outcome outcome =
      lode_.Run({"run", SourceFile("configs/darts/analytic.toml").string(), "--seeds", "1", "--set",
                 "optimizer.use=random", "--set", "budget={steps=50}"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ((outcome.out + outcome.err).find("unique"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.err.find(" distinct architectures"), std::string::npos) << outcome.err;
}

TEST_F(RunTest, CountsAreIntegersEverywhere) {
  const std::string out = (dir_.path() / "counts").string();
  const std::vector<std::string> arguments = {
      "run",     SourceFile("configs/darts/analytic.toml").string(),
      "--out",   out,
      "--seeds", "1",
      "--set",   "optimizer.use=random",
      "--set",   "budget={steps=20}"};
  const Outcome outcome = lode_.Run(arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("limits params >= 2800000 by rejection"), std::string::npos)
      << outcome.out;
  for (const std::string& text : {outcome.out, outcome.err, lode_.Run({"show", out}).out}) {
    EXPECT_EQ(text.find("e+0"), std::string::npos) << text;
  }
  for (const char* view : {"best", "trials"}) {
    const std::string types =
        std::string("SELECT DISTINCT typeof(params), typeof(macs) FROM ") + view;
    EXPECT_EQ(Select(out + "/seed-0", types.c_str()), "integer|integer\n");
  }
  const auto shown = nlohmann::json::parse(lode_.Run({"show", out, "--json"}).out);
  EXPECT_TRUE(shown["runs"][0]["best"]["metrics"]["macs"].is_number_integer());
  EXPECT_EQ(shown["summary"]["limits"][0]["min"].dump(), "2800000");
}

// Also from another process, in the tables of a grid, and from the store alone.
TEST_F(RunTest, ATablesOptimumIsShownNextToTheResults) {
  const std::string out = (dir_.path() / "optimum").string();
  const Outcome outcome =
      lode_.Run({"run", SourceFile("configs/nb201/random.toml").string(), "--out", out, "--seeds",
                 "1", "--set", "budget={steps=5}", "--set", "execution.isolate=true", "--set",
                 R"(grid={"oracle.dataset"=["cifar10", "cifar100"]})"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const std::string shown = lode_.Run({"show", out}).out;
  for (const std::string& text : {outcome.out, shown}) {
    EXPECT_NE(text.find("\noptimum           91.61\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\noptimum           73.49\n"), std::string::npos) << text;
    EXPECT_NE(text.find("measured  optimum\n"), std::string::npos) << text;
  }
  const auto json = nlohmann::json::parse(lode_.Run({"show", out, "--json"}).out);
  EXPECT_NEAR(json["summaries"][0]["optimum"].get<double>(), 91.61, 0.005);
}

// The optimum of the user's own table is the smallest value if less is better.
TEST_F(RunTest, AnOptimumFollowsTheMetricsDirection) {
  std::ofstream(dir_.path() / "t.csv") << "architecture,ms,score\n0,3.5,1\n1,2.25,7\n2,9,3\n";
  std::ofstream(dir_.path() / "t.toml")
      << "[pipeline]\nname = \"t\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = \"table\"\nfile = "
         "\"t.csv\"\n"
         "minimize = [\"ms\"]\nmaximize = [\"score\"]\n[reward]\nmetric = \"ms\"\n"
         "[optimizer]\nuse = \"random\"\n[budget]\nsteps = 30\n[execution]\nmax_failures = 100\n";
  const std::string file = (dir_.path() / "t.toml").string();
  const auto optimum = [&](const std::string& change) {
    const Outcome outcome = lode_.Run({"run", file, "--set", change, "--json"});
    return nlohmann::json::parse(outcome.out)["summary"].value("optimum", -1.0);
  };
  EXPECT_EQ(optimum("reward.metric=ms"), 2.25);
  EXPECT_EQ(optimum("reward.metric=score"), 7);
  EXPECT_EQ(optimum("reward={metric=\"ms\", limits=[{metric=\"score\", min=2}]}"), -1);
}

// Most small networks of nb201 have as many parameters as others.
TEST_F(RunTest, TiesAreShownInStagesAndTheirComparison) {
  const Outcome outcome =
      lode_.Run({"run", SourceFile("tests/search_then_list.toml").string(), "--out",
                 (dir_.path() / "out").string(), "--seeds", "2", "--set", "pipeline.name=ties",
                 "--set", "stage.search.budget.steps=200"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text :
       {"at step  ties  steps", "ties: how many other architectures have the reward of the best",
        "search.params  ties  final.params",
        "ties: how many other architectures of stage search have the same reward; "
        "the one that its first seed found first is shown",
        "2 seeds ended after 2 of 10 steps"}) {
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
  }
}

TEST_F(RunTest, TablesNameWhatWasSearched) {
  const Outcome outcome =
      lode_.Run({"run", Config("random"), "--seeds", "3", "--set", "budget={steps=50}"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(
      outcome.out.find(
          "random on nb201, reward exponential of valid_accuracy (percent; validation split of "
          "cifar10, 200 epochs), budget 50 steps"),
      std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("valid_accuracy of the best after 50 steps, 3 seeds: "),
            std::string::npos);
}

TEST_F(RunTest, GridAndReferencesMakeOneComparison) {
  const Outcome outcome = lode_.Run({"run", Config("table1_l2nas"), "--seeds", "2", "--set",
                                     "budget={steps=20, marks=[10]}", "--set",
                                     "optimizer.use=random", "--set", "reference.0.mark=10"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("91.36 ± 0.19"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("L2NAS, Table 1"), std::string::npos);
}

TEST_F(RunTest, TestAccuracyIsNotARewardUnlessAllowed) {
  const std::vector<std::string> arguments = {
      "run", Config("random"), "--seeds", "1", "--set", "reward.metric=test_accuracy"};
  const Outcome refused = lode_.Run(arguments);
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("allow_test = true"), std::string::npos) << refused.err;
  std::vector<std::string> allowed = arguments;
  allowed.insert(allowed.end(), {"--set", "reward.allow_test=true", "--set", "budget={steps=5}"});
  EXPECT_EQ(lode_.Run(allowed).status, 0);
}

TEST_F(RunTest, AnOldRunIsNotOverwritten) {
  const std::vector<std::string> arguments = {
      "run",   Config("random"),   "--seeds", "1",
      "--set", "budget={steps=5}", "--out",   (dir_.path() / "x").string()};
  ASSERT_EQ(lode_.Run(arguments).status, 0);
  const std::string before = Trials(dir_.path() / "x/seed-0");
  const Outcome refused = lode_.Run(arguments);
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("x/seed-0: already holds a run"), std::string::npos) << refused.err;
  EXPECT_EQ(Trials(dir_.path() / "x/seed-0"), before);
  std::vector<std::string> fresh = arguments;
  fresh.push_back("--fresh");
  EXPECT_EQ(lode_.Run(fresh).status, 0);
}

TEST_F(RunTest, ProgramsThatStartAtOnceKeepTheirRunsApart) {
  const std::vector<std::string> arguments = {"run", Config("random"), "--seeds",
                                              "1",   "--set",          "budget.steps=50"};
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) { children.push_back(lode_.Start(arguments)); }
  for (const pid_t child : children) { EXPECT_EQ(lode_.Finish(child).status, 0); }
  int runs = 0;
  for (const auto& entry : fs::directory_iterator(dir_.path() / "runs/nb201-random")) {
    EXPECT_EQ(Lines(Trials(entry.path() / "seed-0")).size(), 50u);
    ++runs;
  }
  EXPECT_EQ(runs, 6);
}

TEST_F(RunTest, InterruptedRunKeepsItsTrials) {
  const pid_t child =
      lode_.Start({"run", Config("random"), "--seeds", "1", "--set", "budget={steps=1000000000}",
                   "--out", (dir_.path() / "x").string()});
  const fs::path run = dir_.path() / "x/seed-0";
  std::error_code not_yet;
  ASSERT_TRUE(WaitUntil([&] {
    const auto written = fs::file_size(run / "run.db-wal", not_yet);
    return !not_yet && written > 200'000;  // a few hundred trials or more
  }));
  kill(child, SIGINT);
  const Outcome outcome = lode_.Finish(child);
  EXPECT_EQ(outcome.status, 130);
  EXPECT_NE(outcome.out.find("seed 0 interrupted"), std::string::npos) << outcome.out;
  EXPECT_GT(Lines(Trials(run)).size(), 100u);
}

TEST_F(RunTest, APolicyIsSavedAndLoaded) {
  const fs::path first = dir_.path() / "first";
  RunJson(lode_, {Config("l2nas"), "--seeds", "1", "--set", "budget={steps=50}", "--out", first});
  const fs::path policy = first / "seed-0/policy";
  ASSERT_TRUE(fs::exists(policy));
  RunJson(lode_, {Config("l2nas"), "--seeds", "1", "--set", "budget={steps=50}", "--set",
                  "exploration=[]", "--set", "optimizer.policy=" + policy.string()});
  fs::resize_file(policy, fs::file_size(policy) / 2);
  const Outcome broken =
      lode_.Run({"run", Config("l2nas"), "--set", "optimizer.policy=" + policy.string()});
  EXPECT_EQ(broken.status, 2);
  EXPECT_NE(broken.err.find(policy.string()), std::string::npos) << broken.err;
}

}  // namespace
}  // namespace lode::cli
