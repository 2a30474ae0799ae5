// Pipelines with several stages, as users run them: order, what is rerun and what is not, kills.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
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

constexpr char kPipeline[] = "include = \"" LODE_SOURCE_DIR R"(/core/run/tests/stages.toml"
[[stage]]
name = "supernet"
[stage.oracle]
notes = "notes"

[[stage]]
name = "search"
[stage.oracle]
steps = 0
[stage.optimizer]
population = 5
sample = 2
[stage.budget]
steps = 40
[stage.grid]
"optimizer.population" = [5, 6]

[[stage]]
name = "final"
[stage.pipeline]
seeds = 2
[stage.oracle]
steps = 2
[stage.budget]
steps = 1000
)";

class StagesProgramTest : public testing::Test {
 protected:
  StagesProgramTest() { std::ofstream(directory_.path() / "p.toml") << kPipeline; }

  static std::vector<std::string> Plugin() {
    return {"--plugin",
            (fs::path(LODE_BINARY_DIR) / "tests/plugins/prepared_oracle.lode.so").string()};
  }

  std::vector<std::string> Arguments(const std::string& out,
                                     const std::vector<std::string>& overrides = {},
                                     const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = Plugin();
    arguments.insert(arguments.end(), {"run", (directory_.path() / "p.toml").string(), "--out",
                                       (directory_.path() / out).string()});
    AppendSettings(arguments, overrides);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  // The same arguments with --replace.
  std::vector<std::string> Replacing(const std::string& out,
                                     const std::vector<std::string>& overrides) const {
    return Arguments(out, overrides, {"--replace"});
  }

  // Returns the contents of the stages' files except locks.
  std::map<std::string, std::string> Contents(const std::string& out) const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path() / out)) {
      const std::string name = entry.path().lexically_relative(directory_.path());
      if (entry.is_regular_file() && !name.ends_with("/lock") && !name.ends_with("-shm") &&
          !name.ends_with("-wal") && name != out + "/pipeline.toml") {
        contents[name] = Read(name);
      }
    }
    return contents;
  }

  Outcome RunWell(const std::vector<std::string>& arguments) const {
    Outcome outcome = lode_.Run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome;
  }

  std::string Read(const std::string& file) const {
    std::ifstream in(directory_.path() / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::size_t Steps() const { return Lines(Read("notes")).size(); }

  std::string Trials(const std::string& run) const {
    return Select(directory_.path() / run,
                  "SELECT step, architecture, score FROM trials ORDER BY step");
  }

  // Returns all trials of all runs.
  std::string AllTrials(const std::string& out) const {
    return Trials(out + "/search/optimizer.population=5/seed-0") +
           Trials(out + "/search/optimizer.population=6/seed-0") + Trials(out + "/final/seed-0") +
           Trials(out + "/final/seed-1");
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(StagesProgramTest, RunInOrderAndWriteWhatTheNextOnesRead) {
  const Outcome outcome = RunWell(Arguments("out", {}, {"-v"}));
  const auto supernet = outcome.err.find("staged-supernet: prepared");
  const auto search = outcome.err.find("staged-search 5 seed 0");
  const auto final_stage = outcome.err.find("staged-final seed 0");
  EXPECT_LT(supernet, search);
  EXPECT_LT(search, final_stage);
  EXPECT_NE(final_stage, std::string::npos);
  EXPECT_EQ(Read("out/supernet/supernet.txt"), "4\n");
  const std::vector<std::string> best = Lines(Read("out/search/best.tsv"));
  ASSERT_EQ(best.size(), 2u);
  EXPECT_THAT(best[0], HasSubstr("\t5\t0\t"));
  EXPECT_THAT(best[1], HasSubstr("\t6\t0\t"));
  const std::vector<std::string> trials = Lines(Read("out/search/trials.csv"));
  EXPECT_EQ(trials.at(0), "architecture,score,seed,point");
  EXPECT_THAT(trials.at(1), testing::EndsWith(",0,5"));
  EXPECT_THAT(trials.back(), testing::EndsWith(",0,6"));
  // Each listed architecture once, in list order.
  std::string expected = best[0].substr(0, best[0].find('\t')) + "\n";
  const std::string second = best[1].substr(0, best[1].find('\t')) + "\n";
  expected += second == expected ? "" : second;
  EXPECT_EQ(Select(directory_.path() / "out/final/seed-0",
                   "SELECT architecture FROM trials ORDER BY step"),
            expected);
}

TEST_F(StagesProgramTest, CompareALaterStagesMeasurementsOfTheBest) {
  const nlohmann::json out = nlohmann::json::parse(RunWell(Arguments("out", {}, {"--json"})).out);
  ASSERT_EQ(out.at("comparisons").size(), 1u);
  const auto& comparison = out["comparisons"][0];
  EXPECT_EQ(comparison.at("earlier"), "search");
  EXPECT_EQ(comparison.at("later"), "final");
  ASSERT_EQ(comparison.at("rows").size(), 2u);
  for (const auto& row : comparison["rows"]) {
    // The final oracle has learned 2 where the search's has 0.
    EXPECT_EQ(row.at("metrics").at("score").at("mean").get<double>(),
              row.at("found").get<double>() + 2);
    EXPECT_EQ(row["metrics"]["score"].at("count"), 2);
  }
  EXPECT_THAT(RunWell(Arguments("out")).out,
              HasSubstr("the best of stage search, as stage final measured it"));
}

TEST_F(StagesProgramTest, AreNotRunAgainUnlessTheyChange) {
  RunWell(Arguments("out"));
  const std::string trials = AllTrials("out");
  const Outcome again = RunWell(Arguments("out"));
  for (const char* stage : {"supernet", "search", "final"}) {
    EXPECT_THAT(again.err,
                HasSubstr("lode: stage " + std::string(stage) + ": unchanged, not run again"));
  }
  EXPECT_THAT(again.err, Not(HasSubstr("steps")));
  EXPECT_EQ(Steps(), 4u);
  EXPECT_EQ(AllTrials("out"), trials);
  const Outcome later = RunWell(Replacing("out", {"stage.final.oracle.steps=3"}));
  EXPECT_THAT(later.err, HasSubstr("stage search: unchanged, not run again"));
  EXPECT_THAT(later.err,
              HasSubstr("stage final: changed and runs again; its earlier results are kept in "));
  EXPECT_EQ(Steps(), 4u);
  EXPECT_EQ(Trials("out/final.1/seed-0") + Trials("out/final.1/seed-1"),
            trials.substr(trials.size() - Trials("out/final.1/seed-0").size() * 2));
}

TEST_F(StagesProgramTest, FilesOfAFinishedSearchAreMended) {
  RunWell(Arguments("out"));
  const auto before = Contents("out");
  std::ofstream(directory_.path() / "out/search/trials.csv") << "damaged";
  fs::remove(directory_.path() / "out/search/best.tsv");
  const Outcome outcome = RunWell(Arguments("out"));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("search/trials.csv: was damaged, written again"),
                                 HasSubstr("search/best.tsv: was damaged, written again")));
  EXPECT_EQ(Contents("out"), before);
}

TEST_F(StagesProgramTest, ChangedStagesAreNamedAndLeftAlone) {
  RunWell(Arguments("out"));
  const auto before = Contents("out");
  for (const std::vector<std::string>& how : {std::vector<std::string>(), {"--resume"}}) {
    const Outcome search = lode_.Run(Arguments("out", {"stage.search.budget.steps=41"}, how));
    EXPECT_EQ(search.status, 2);
    EXPECT_THAT(search.err,
                HasSubstr("search: is no longer the same stage: was [budget] steps = 40, is "
                          "[budget] steps = 41; --replace runs it again and keeps this one "
                          "beside it, as search.1"));
    EXPECT_EQ(Contents("out"), before);
  }
  const Outcome forced =
      lode_.Run(Arguments("out", {"stage.search.optimizer.sample=3"}, {"--force"}));
  EXPECT_EQ(forced.status, 3) << forced.out;
  EXPECT_EQ(Contents("out"), before);
  const Outcome supernet = lode_.Run(Arguments("out", {"stage.supernet.oracle.steps=5"}));
  EXPECT_EQ(supernet.status, 2);
  EXPECT_THAT(supernet.err, HasSubstr("was [[oracle]] steps = 4, is [[oracle]] steps = 5"));
  EXPECT_EQ(Steps(), 4u);
}

TEST_F(StagesProgramTest, SettingsThatDoNotAffectResultsChangeNothing) {
  RunWell(Arguments("out"));
  const auto before = Contents("out");
  const Outcome outcome = RunWell(
      Arguments("out", {"pipeline.name=other", "pipeline.description=now described",
                        "execution={commit=\"trial\", max_failures=3, on_error=\"stop\"}"}));
  EXPECT_THAT(outcome.err, HasSubstr("stage final: unchanged, not run again"));
  EXPECT_THAT(outcome.out, HasSubstr("other-final"));
  EXPECT_EQ(Contents("out"), before);
}

TEST_F(StagesProgramTest, FurtherSeedsAndPointsAreAdded) {
  RunWell(Arguments("out"));
  const auto before = Contents("out");
  const Outcome seeds = RunWell(Arguments("out", {"stage.final.pipeline.seeds=3"}));
  EXPECT_THAT(seeds.err, HasSubstr("stage search: unchanged, not run again"));
  RunWell(Arguments("whole", {"stage.final.pipeline.seeds=3"}));
  EXPECT_EQ(Trials("out/final/seed-2"), Trials("whole/final/seed-2"));
  // Two more points: the last stage would read a different list.
  const std::string points = "stage.search.grid={\"optimizer.population\"=[5, 6, 7, 8]}";
  const Outcome refused = lode_.Run(Arguments("out", {points}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("final: is no longer the same stage: stage:search/best.tsv "
                                     "was "));
  EXPECT_FALSE(Trials("out/search/optimizer.population=8/seed-0").empty());
  RunWell(Replacing("out", {points}));
  EXPECT_TRUE(fs::exists(directory_.path() / "out/final.1/seed-2"));
  RunWell(Arguments("more", {points}));
  EXPECT_EQ(Trials("out/final/seed-0"), Trials("more/final/seed-0"));
  for (const auto& [file, content] : before) {
    if (file.find("/search/") != std::string::npos && file.find("seed-") != std::string::npos) {
      EXPECT_EQ(Contents("out").at(file), content) << file;
    }
  }
}

TEST_F(StagesProgramTest, EverythingPlannedIsResumed) {
  RunWell(Arguments("whole"));
  fs::create_directories(directory_.path() / "out");
  fs::copy(directory_.path() / "whole/pipeline.toml", directory_.path() / "out/pipeline.toml");
  std::vector<std::string> show = Plugin(), resume = Plugin();
  show.insert(show.end(), {"show", (directory_.path() / "out").string()});
  resume.insert(resume.end(), {"resume", (directory_.path() / "out").string()});
  EXPECT_THAT(RunWell(show).out, HasSubstr("stage supernet: not begun\nstage search: not begun\n"));
  RunWell(resume);
  EXPECT_EQ(AllTrials("out"), AllTrials("whole"));
}

TEST_F(StagesProgramTest, AnInputFileIsPartOfItsStage) {
  RunWell(Arguments("out"));
  const std::vector<std::string> best = Lines(Read("out/search/best.tsv"));
  const fs::path list = directory_.path() / "list.tsv";
  const auto run = [&](const std::string& line) {
    std::ofstream(list) << line << "\n";
    return RunWell(Replacing("out", {"stage.final.optimizer.architectures=" + list.string()})).err;
  };
  EXPECT_THAT(run(best[0]), HasSubstr("stage final: changed and runs again"));
  EXPECT_THAT(run(best[0]), HasSubstr("stage final: unchanged, not run again"));
  EXPECT_THAT(run(best[1] + "x"), HasSubstr("stage final: changed and runs again"));
}

TEST_F(StagesProgramTest, StartFromAnotherStagesPolicy) {
  const std::vector<std::string> learner = {
      "stage.search.optimizer.use=l2nas", "stage.search.grid={}",
      "stage.final.optimizer={use=\"l2nas\", policy=\"stage:search/seed-0/policy\"}",
      "stage.final.budget.steps=20"};
  RunWell(Arguments("out", learner));
  EXPECT_FALSE(Read("out/search/seed-0/policy").empty());
  RunWell(Arguments("without",
                    {learner[0], learner[1], "stage.final.optimizer={use=\"l2nas\"}", learner[3]}));
  EXPECT_NE(Trials("out/final/seed-0"), Trials("without/final/seed-0"));
}

TEST_F(StagesProgramTest, StagesThatDependOnAChangedOneAreRunAgain) {
  RunWell(Arguments("out"));
  const Outcome outcome = RunWell(Replacing("out", {"stage.supernet.oracle.steps=5"}));
  EXPECT_THAT(outcome.err, Not(HasSubstr("unchanged")));
  EXPECT_EQ(Steps(), 9u);
  EXPECT_EQ(Read("out/supernet.1/supernet.txt"), "4\n");
  EXPECT_TRUE(fs::exists(directory_.path() / "out/search.1/best.tsv"));
  EXPECT_TRUE(fs::exists(directory_.path() / "out/final.1/seed-1/run.db"));
  RunWell(Arguments("whole", {"stage.supernet.oracle.steps=5"}));
  EXPECT_EQ(AllTrials("out"), AllTrials("whole"));
}

TEST_F(StagesProgramTest, ContinueAfterAKillDuringAPreparation) {
  const std::vector<std::string> slow = {"stage.supernet.oracle.steps=30",
                                         "stage.supernet.oracle.delay_ms=10"};
  RunWell(Arguments("whole", slow));
  fs::remove(directory_.path() / "notes");
  const pid_t child = lode_.Start(Arguments("out", slow));
  ASSERT_TRUE(WaitUntil([&] { return Steps() >= 5; }));
  kill(child, SIGKILL);
  lode_.Finish(child);
  EXPECT_THAT(lode_.Run(Arguments("out", slow)).err,
              HasSubstr("holds an unfinished stage; --resume continues it"));
  RunWell(Arguments("out", slow, {"--resume"}));
  EXPECT_GE(Steps(), 29u);  // the kill may come between a checkpoint and its note
  EXPECT_LE(Steps(), 31u);
  EXPECT_EQ(AllTrials("out"), AllTrials("whole"));
}

TEST_F(StagesProgramTest, ContinueFromTheirDirectoryAfterAKillDuringASearch) {
  const std::vector<std::string> slow = {"stage.search.oracle.delay_ms=10"};
  RunWell(Arguments("whole", slow));
  const pid_t child = lode_.Start(Arguments("out", slow));
  const fs::path run = directory_.path() / "out/search/optimizer.population=5/seed-0";
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(run / "run.db-wal"); }));
  kill(child, SIGKILL);
  lode_.Finish(child);
  const std::string out = (directory_.path() / "out").string();
  std::vector<std::string> show = Plugin(), resume = Plugin();
  show.insert(show.end(), {"show", out});
  resume.insert(resume.end(), {"resume", out});
  const std::string shown = RunWell(show).out;
  EXPECT_THAT(shown, HasSubstr("stage supernet: finished\nstage search: unfinished\n"
                               "stage final: not begun\n"));
  const Outcome outcome = RunWell(resume);
  EXPECT_THAT(outcome.err, HasSubstr("stage supernet: unchanged, not run again"));
  EXPECT_EQ(AllTrials("out"), AllTrials("whole"));
  EXPECT_THAT(RunWell(show).out, HasSubstr("the best of stage search, as stage final measured it"));
}

TEST_F(StagesProgramTest, AnInterruptedOneSaysHowToContinue) {
  const std::vector<std::string> slow = {"stage.supernet.oracle.steps=200",
                                         "stage.supernet.oracle.delay_ms=10"};
  const pid_t child = lode_.Start(Arguments("out", slow));
  ASSERT_TRUE(WaitUntil([&] { return Steps() >= 3; }));
  kill(child, SIGINT);
  const Outcome outcome = lode_.Finish(child);
  EXPECT_EQ(outcome.status, 130);
  EXPECT_THAT(outcome.out, HasSubstr("to continue: lode resume "));
  EXPECT_FALSE(fs::exists(directory_.path() / "out/search"));
}

TEST_F(StagesProgramTest, OneProcessAtATimeWorksOnThem) {
  const std::vector<std::string> slow = {"stage.supernet.oracle.steps=100",
                                         "stage.supernet.oracle.delay_ms=10"};
  const pid_t first = lode_.Start(Arguments("out", slow));
  ASSERT_TRUE(WaitUntil([&] { return Steps() >= 3; }));
  EXPECT_THAT(lode_.Run(Arguments("out", slow)).err,
              HasSubstr("process " + std::to_string(first) + " is working on this run"));
  kill(first, SIGINT);
  lode_.Finish(first);
}

// The supernet of four steps has accuracy_env 4: a score of 4 has the reward 0 of eq. 7.
TEST_F(StagesProgramTest, ARewardRefersToTheSupernetsAccuracy) {
  const std::vector<std::string> relative = {"stage.search.reward.metric=score",
                                             "stage.search.reward.transform=relative",
                                             "stage.search.reward.accuracy_env=stage:supernet"};
  RunWell(Arguments("out", relative));
  EXPECT_THAT(Read("out/search/optimizer.population=5/seed-0/pipeline.toml"),
              HasSubstr("reference = 4.0\n"));
  EXPECT_THAT(Read("out/pipeline.toml"), HasSubstr("accuracy_env = \"stage:supernet\""));
  const char* query =
      "SELECT max(abs(reward - (pow(100, score / 4) / 100 - 1)) / "
      "(abs(reward) + 1)) < 1e-9 FROM trials";
  EXPECT_THAT(Select(directory_.path() / "out/search/optimizer.population=5/seed-0", query),
              HasSubstr("1"));
  // Nothing is made again, and stored runs need the file no more.
  const auto before = Contents("out");
  RunWell(Arguments("out", relative));
  EXPECT_EQ(Contents("out"), before);
  std::vector<std::string> show = Plugin(), resume = Plugin();
  show.insert(show.end(), {"show", (directory_.path() / "out").string()});
  resume.insert(resume.end(), {"resume", (directory_.path() / "out").string()});
  EXPECT_THAT(RunWell(show).out, HasSubstr("stage     accuracy_env\n"
                                           "supernet          4.00\n"));
  RunWell(resume);
  fs::resize_file(directory_.path() / "out/supernet/supernet.safetensors", 5);
  EXPECT_THAT(RunWell(show).out, AllOf(HasSubstr("stage search: finished\n"),
                                       HasSubstr("supernet.safetensors: has 5 bytes")));
}

TEST_F(StagesProgramTest, ASupernetWithoutAnAccuracyIsNamed) {
  const Outcome outcome = lode_.Run(
      Arguments("out", {"stage.supernet.oracle.steps=0", "stage.search.reward.metric=score",
                        "stage.search.reward.transform=relative",
                        "stage.search.reward.accuracy_env=stage:supernet"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("supernet.safetensors: its accuracy_env is '0', expected a "
                                     "number above 0"));
}

TEST_F(StagesProgramTest, AMissingArtifactIsNamed) {
  const Outcome outcome =
      lode_.Run(Arguments("out", {"stage.search.oracle.weights=stage:supernet/supernet.tx"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(
      outcome.err,
      HasSubstr("stage:supernet/supernet.tx: stage 'supernet' has not written such a file; did "
                "you mean 'supernet.txt'?"));
}

TEST_F(StagesProgramTest, APreparationMayRunInItsOwnProcess) {
  RunWell(Arguments("out", {"execution.isolate=true"}));
  RunWell(Arguments("whole"));
  EXPECT_EQ(Steps(), 8u);
  EXPECT_EQ(AllTrials("out"), AllTrials("whole"));
}

TEST_F(StagesProgramTest, TheStoredConfigurationRunsByItself) {
  RunWell(Arguments("out"));
  std::vector<std::string> arguments = Plugin();
  arguments.insert(arguments.end(),
                   {"run", (directory_.path() / "out/final/seed-1/pipeline.toml").string(), "--out",
                    (directory_.path() / "alone").string()});
  RunWell(arguments);
  EXPECT_EQ(Trials("alone/seed-1"), Trials("out/final/seed-1"));
}

}  // namespace
}  // namespace lode::core
