// Searches that start from what is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

constexpr char kKnown[] = "SELECT architecture, valid_accuracy FROM known";

// The number of edges on which two cells of NAS-Bench-201 have different operations.
int DifferentOperations(const std::string& a, const std::string& b) {
  std::istringstream first(a), second(b);
  int count = 0;
  for (std::string x, y; std::getline(first, x, '|') && std::getline(second, y, '|');) {
    count += x != y ? 1 : 0;
  }
  return count;
}

class StartTest : public testing::Test {
 protected:
  StartTest() {
    EXPECT_EQ(Run("random", "first", {"budget.steps=40"}).status, 0);
    const std::string write = "sqlite3 -csv -header '" + At("first/seed-0/run.db").string() +
                              "' 'SELECT * FROM trials WHERE NOT reused ORDER BY step' > '" +
                              At("trials.csv").string() + "'";
    EXPECT_EQ(std::system(write.c_str()), 0);
  }

  fs::path At(const std::string& name) const { return directory_.path() / name; }

  std::vector<std::string> Arguments(const std::string& pipeline, const std::string& out,
                                     const std::vector<std::string>& settings) const {
    std::vector<std::string> arguments = {
        "run",     SourceFile("configs/nb201/" + pipeline + ".toml").string(),
        "--seeds", "1",
        "--out",   At(out).string()};
    AppendSettings(arguments, settings);
    return arguments;
  }
  Outcome Run(const std::string& pipeline, const std::string& out,
              const std::vector<std::string>& settings) const {
    return lode_.Run(Arguments(pipeline, out, settings));
  }
  Outcome Warm(const std::string& pipeline, const std::string& out,
               std::vector<std::string> settings = {}) const {
    settings.insert(settings.begin(), {"budget.steps=30", "start.warm_start=first"});
    return Run(pipeline, out, settings);
  }

  // The number of distinct architectures that the first search found.
  std::string Count() const {
    std::string count =
        Select(At("first/seed-0"), "SELECT count(DISTINCT architecture) FROM trials");
    count.pop_back();
    return count;
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(StartTest, AnEarlierRunsTrialsAreKnownAndCostNothing) {
  const Outcome outcome = Warm("rea", "warm");
  ASSERT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_EQ(
      Select(At("warm/seed-0"), kKnown),
      Select(At("first/seed-0"),
             "SELECT architecture, valid_accuracy FROM trials WHERE NOT reused ORDER BY step"));
  EXPECT_EQ(Select(At("warm/seed-0"), "SELECT count(*) FROM trial"), "30\n");
  EXPECT_EQ(Select(At("warm/seed-0"), "SELECT value FROM meta WHERE key = 'format'"), "6\n");
  EXPECT_EQ(Select(At("warm/seed-0"), "SELECT count(*) FROM trial WHERE random"), "0\n");
  const auto shown = nlohmann::json::parse(lode_.Run({"show", At("warm").string(), "--json"}).out);
  EXPECT_EQ(shown["runs"][0]["steps"], 30);
  EXPECT_LE(shown["runs"][0]["unique_queries"], 30);
  EXPECT_EQ(std::to_string(shown["runs"][0]["warm_start"]["trials"].get<int>()), Count());
  EXPECT_EQ(shown["summary"]["start"]["warm_start"], At("first").string());
}

TEST_F(StartTest, EveryTableSaysSo) {
  ASSERT_EQ(Warm("rea", "warm").status, 0);
  ASSERT_EQ(Run("rea", "cold", {"budget.steps=30"}).status, 0);
  const std::string from = "warm start: " + Count() + " known trials from " + At("first").string();
  EXPECT_THAT(lode_.Run({"show", At("warm").string()}).out,
              AllOf(HasSubstr(from), HasSubstr("known trials"), HasSubstr("was known")));
  EXPECT_THAT(lode_.Run({"show", At("cold").string()}).out, Not(HasSubstr("known")));
  EXPECT_THAT(lode_.Run({"show", At("warm").string(), At("cold").string()}).out,
              HasSubstr("rea, warm start"));
  EXPECT_THAT(lode_.Run({"runs", directory_.path().string()}).out, HasSubstr("(warm start)"));
  const Outcome compared = lode_.Run({"compare", At("warm").string(), At("cold").string()});
  EXPECT_THAT(compared.out + compared.err,
              AllOf(HasSubstr("rea, warm start does not compare as it is with methods that start "
                              "from nothing: " +
                              from),
                    Not(HasSubstr("rea does not compare"))));
  std::ifstream csv(At("warm/results.csv"));
  std::string header;
  std::getline(csv, header);
  EXPECT_THAT(header, AllOf(HasSubstr("known_trials"), HasSubstr("was_known")));
}

TEST_F(StartTest, ATableOfTrialsGivesTheSameSearchAsTheRun) {
  ASSERT_EQ(Warm("rea", "warm").status, 0);
  const Outcome outcome = Run("rea", "table", {"budget.steps=30", "start.trials=trials.csv"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* sql : {kKnown, "SELECT * FROM trials ORDER BY step"}) {
    EXPECT_EQ(Select(At("table/seed-0"), sql), Select(At("warm/seed-0"), sql)) << sql;
  }
}

// It is told, but a trial without all metrics would not be one.
TEST_F(StartTest, AKnownArchitectureThatLacksAMetricIsMeasured) {
  std::string best = Select(At("first/seed-0"), "SELECT architecture FROM best LIMIT 1");
  best.pop_back();
  std::ofstream(At("part.csv")) << "architecture;valid_accuracy\n" + best + ";99.5\n";
  const std::vector<std::string> given = {"budget.steps=3", "start.trials=part.csv",
                                          "start.architectures=[\"" + best + "\"]"};
  ASSERT_EQ(Run("rea", "part", given).status, 0);
  EXPECT_EQ(Select(At("part/seed-0"), "SELECT valid_accuracy, test_accuracy FROM known"),
            "99.5|NULL\n");
  EXPECT_EQ(
      Select(At("part/seed-0"), "SELECT reused, valid_accuracy < 99 FROM trials WHERE step = 0"),
      "0|1\n");
}

TEST_F(StartTest, OptimizersStartFromTheBestKnownTrials) {
  const Outcome outcome = Warm("local_search", "climb");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(DifferentOperations(
                Select(At("first/seed-0"), "SELECT architecture FROM best LIMIT 1"),
                Select(At("climb/seed-0"), "SELECT architecture FROM trials WHERE step = 0")),
            1)
      << "a neighbor of the best known trial";
  for (const char* optimizer :
       {"evolution", "nsga2", "bo", "tpe", "reinforce", "l2nas", "random"}) {
    const Outcome told = Warm("rea", optimizer, {std::string("optimizer.use=") + optimizer});
    EXPECT_EQ(told.status, 0) << optimizer << told.err;
    EXPECT_EQ(Select(At(optimizer) / "seed-0", "SELECT count(*) FROM known"), Count() + "\n");
  }
}

TEST_F(StartTest, AResumedRunHasTheTrialsOfAWholeOne) {
  ASSERT_EQ(Warm("rea", "whole", {"budget.steps=60"}).status, 0);
  ASSERT_EQ(Warm("rea", "grown", {"budget.steps=20"}).status, 0);
  const Outcome outcome = lode_.Run({"resume", At("grown").string(), "--extend", "steps=60"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Dump(At("grown/seed-0")), Dump(At("whole/seed-0")));
  EXPECT_EQ(lode_.Run({"check", At("grown").string()}).status, 0);
}

TEST_F(StartTest, AChangedSourceIsNamed) {
  ASSERT_EQ(Run("rea", "table", {"budget.steps=20", "start.trials=trials.csv"}).status, 0);
  std::ofstream(At("trials.csv"), std::ios::app) << "\n";
  const Outcome outcome = lode_.Run({"resume", At("table").string(), "--extend", "steps=30"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("trials.csv was "));
  EXPECT_EQ(lode_.Run({"resume", At("table").string(), "--extend", "steps=30", "--force"}).status,
            0);

  ASSERT_EQ(Warm("rea", "warm").status, 0);
  ASSERT_EQ(lode_.Run({"resume", At("first").string(), "--extend", "steps=50"}).status, 0);
  EXPECT_THAT(lode_.Run({"resume", At("warm").string(), "--extend", "steps=40"}).err,
              HasSubstr("first/seed-0/run.db was "));
}

TEST_F(StartTest, ASourceThatIsGoneIsNotNeededAnyMore) {
  ASSERT_EQ(Run("rea", "table", {"budget.steps=20", "start.trials=trials.csv"}).status, 0);
  ASSERT_EQ(Warm("rea", "warm", {"budget.steps=20"}).status, 0);
  fs::remove(At("trials.csv"));
  fs::remove_all(At("first"));
  for (const char* run : {"table", "warm"}) {
    const std::string at = At(run).string();
    EXPECT_EQ(lode_.Run({"show", at}).status, 0) << run;
    const Outcome outcome = lode_.Run({"resume", at, "--extend", "steps=30"});
    EXPECT_EQ(outcome.status, 0) << run << outcome.err;
  }
}

TEST_F(StartTest, IsolationAndWorkersGiveTheSameKnownTrials) {
  ASSERT_EQ(Warm("rea", "here").status, 0);
  ASSERT_EQ(Warm("rea", "apart", {"execution.isolate=all"}).status, 0);
  EXPECT_EQ(Dump(At("apart/seed-0")), Dump(At("here/seed-0")));
  ASSERT_EQ(Warm("rea", "three", {"execution.workers=3"}).status, 0);
  EXPECT_EQ(Select(At("three/seed-0"), kKnown), Select(At("here/seed-0"), kKnown));
  ASSERT_EQ(Warm("rea", "finished", {"execution.workers=3", "execution.order=finished"}).status, 0);
  EXPECT_EQ(Select(At("finished/seed-0"), kKnown), Select(At("here/seed-0"), kKnown));
}

TEST_F(StartTest, EachSeedStartsFromItsOwnRun) {
  ASSERT_EQ(Run("random", "seeds", {"budget.steps=20", "pipeline.seeds=[3,4]"}).status, 0);
  std::vector<std::string> arguments = {"run",     SourceFile("configs/nb201/rea.toml").string(),
                                        "--seeds", "2",
                                        "--out",   At("warm").string()};
  AppendSettings(arguments, {"budget.steps=20", "start.warm_start=first/seed-0"});
  ASSERT_EQ(lode_.Run(arguments).status, 0);
  EXPECT_EQ(Select(At("warm/seed-1"), kKnown), Select(At("warm/seed-0"), kKnown));
  arguments[5] = At("none").string();
  AppendSettings(arguments, {"start.warm_start=first"});
  const Outcome outcome = lode_.Run(arguments);
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.out + outcome.err,
              HasSubstr("has no run with seed 1; the directory of one run, such as " +
                        At("first/seed-0").string()));
}

TEST_F(StartTest, AnotherSpaceOrOracleIsNamed) {
  const Outcome oracle = Warm("rea", "oracle", {"oracle.dataset=cifar100"});
  EXPECT_NE(oracle.status, 0);
  EXPECT_THAT(oracle.out + oracle.err,
              AllOf(HasSubstr("first/seed-0: measured with another oracle: it has dataset = "),
                    HasSubstr("this pipeline has dataset = \"cifar100\"")));
  const Outcome nothing = Run("rea", "nothing", {"budget.steps=9", "start.warm_start=elsewhere"});
  EXPECT_THAT(nothing.out + nothing.err,
              HasSubstr("'warm_start': " + At("elsewhere").string() + ": there is no run"));
}

TEST_F(StartTest, MistakesInATableAreNamed) {
  const auto mistake = [this](const std::string& text) {
    std::ofstream(At("wrong.csv")) << text;
    const Outcome outcome = Run("rea", "wrong", {"budget.steps=9", "start.trials=wrong.csv"});
    EXPECT_NE(outcome.status, 0) << text;
    fs::remove_all(At("wrong"));
    return outcome.out + outcome.err;
  };
  EXPECT_THAT(mistake("architecture,accuracy\nx,1\n"), HasSubstr("valid_accuracy"));
  EXPECT_THAT(mistake("architecture,valid_accuracy\nx,1\n"),
              HasSubstr("architecture 'x': space 'nb201': "));
  EXPECT_THAT(mistake("architecture,valid_accuracy\nx,\n"), HasSubstr("wrong.csv"));
  EXPECT_THAT(mistake("architecture,valid_accuracy\n"), HasSubstr("has no trials to start from"));
}

TEST_F(StartTest, OnlyTheRunThatItStartedFromMayNotChange) {
  const auto explore = [this](const std::string& seed, const std::string& steps) {
    std::vector<std::string> arguments = Arguments("random", "seeds", {"budget.steps=" + steps});
    arguments[2] = "--seed";
    arguments[3] = seed;
    EXPECT_EQ(lode_.Run(arguments).status, 0);
  };
  explore("0", "20");
  explore("1", "20");
  ASSERT_EQ(Warm("rea", "warm", {"start.warm_start=seeds"}).status, 0);
  const auto resume = [this] { return lode_.Run({"resume", At("warm").string()}); };
  fs::remove_all(At("seeds/seed-1"));
  explore("1", "30");
  EXPECT_EQ(resume().status, 0) << resume().err;
  fs::remove_all(At("seeds/seed-0"));
  explore("0", "30");
  const Outcome outcome = resume();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("seed-0: is no longer the same run: " +
                                     At("seeds/seed-0/run.db").string() + " was "));
}

// `warm_start`: of the second stage, on line 16 from column 14 on.
std::string Staged(const std::string& warm_start) {
  return "include = \"" + SourceFile("configs/nb201/common.toml").string() + R"("
[pipeline]
name = "staged"
seeds = [0]
[budget]
steps = 20
[[stage]]
name = "explore"
[stage.optimizer]
use = "random"
[[stage]]
name = "refine"
[stage.optimizer]
use = "rea"
[stage.start]
warm_start = ")" +
         warm_start + "\"\n";
}

TEST_F(StartTest, AStageStartsFromAnEarlierOne) {
  std::ofstream(At("staged.toml")) << Staged("stage:explore");
  EXPECT_EQ(lode_.Run({"validate", At("staged.toml").string()}).status, 0);
  const Outcome outcome =
      lode_.Run({"run", At("staged.toml").string(), "--out", At("staged").string()});
  ASSERT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_EQ(
      Select(At("staged/refine/seed-0"), kKnown),
      Select(At("staged/explore/seed-0"),
             "SELECT architecture, valid_accuracy FROM trials WHERE NOT reused ORDER BY step"));
}

// Before anything runs.
TEST_F(StartTest, ASourceThatDoesNotExistIsNamedWhereItIsWritten) {
  const std::string file = At("staged.toml").string();
  const auto expect = [&](const std::string& warm_start, const std::string& fault,
                          const std::vector<std::string>& more = {}) {
    std::ofstream(file) << Staged(warm_start);
    for (const char* command : {"validate", "run"}) {
      std::vector<std::string> arguments = {command, file};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const Outcome outcome = lode_.Run(arguments);
      EXPECT_EQ(outcome.status, 2) << command;
      EXPECT_EQ(outcome.err, "lode: " + file + ":16:14: 'warm_start': " + fault + "\n") << command;
    }
    EXPECT_FALSE(fs::exists(At("runs")));
  };
  expect("stage:explor", "there is no stage 'explor'; did you mean 'explore'?");
  expect("elsewhere", At("elsewhere").string() + ": there is no run");
  expect("first",
         At("first").string() + ": has no run with seed 1; the directory of one run, such as " +
             At("first/seed-0").string() + ", starts all seeds from it",
         {"--seeds", "3"});
  const Outcome trials = lode_.Run({"validate", SourceFile("configs/nb201/rea.toml").string(),
                                    "--set", "start.trials=none.csv"});
  EXPECT_EQ(trials.err, "lode: --set start.trials=none.csv: 'trials': there is no file " +
                            At("none.csv").string() + "\n");
}

TEST_F(StartTest, GivenArchitecturesAreEvaluatedFirst) {
  std::string architecture = Select(At("first/seed-0"), "SELECT architecture FROM best LIMIT 1");
  architecture.pop_back();
  const Outcome outcome =
      Run("rea", "given", {"budget.steps=10", "start.architectures=[\"" + architecture + "\"]"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Select(At("given/seed-0"), "SELECT architecture, random FROM trials WHERE step = 0"),
            architecture + "|1\n");
  EXPECT_EQ(Select(At("given/seed-0"), "SELECT value FROM meta WHERE key = 'format'"), "4\n");
}

TEST_F(StartTest, AKilledRunContinues) {
  ASSERT_EQ(Warm("rea", "whole", {"budget.steps=200"}).status, 0);
  for (int i = 0; i < 3; ++i) {
    const pid_t child = lode_.Start(Arguments(
        "rea", "killed", {"start.warm_start=first", "budget.steps=200", "execution.commit=trial"}));
    EXPECT_TRUE(WaitUntil([&] { return fs::exists(At("killed/seed-0/run.db")) || !Lives(child); }));
    kill(child, SIGKILL);
    lode_.Finish(child);
    const Outcome outcome = lode_.Run({"resume", At("killed").string()});
    ASSERT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_EQ(Dump(At("killed/seed-0")), Dump(At("whole/seed-0")));
    fs::remove_all(At("killed"));
  }
}

}  // namespace
}  // namespace lode::core
