// The plan of what to run is known before anything begins, and measurements stay: kills, two
// programs in one directory, transient failures, changed files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

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
#include "toolkit/posix/descriptor.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

constexpr char kTrials[] = "SELECT step, architecture, checksum, failure FROM trials ORDER BY step";

class PlanTest : public testing::Test {
 protected:
  PlanTest() { WritePipeline("planned"); }

  // A search of 12 steps whose oracle does what it is configured to do.
  fs::path WritePipeline(const std::string& name, const std::string& more = "") const {
    return Write(name + ".toml", "[pipeline]\nname = \"" + name +
                                     "\"\n[space]\nuse = \"nb201\"\n"
                                     "[oracle]\nuse = \"faulty_oracle\"\n"
                                     "[reward]\nmetric = \"checksum\"\n"
                                     "[optimizer]\nuse = \"rea\"\npopulation = 5\nsample = 2\n"
                                     "[budget]\nsteps = 12\n" +
                                     more);
  }

  fs::path Write(const std::string& name, const std::string& text) const {
    return directory_.Write(name, text);
  }

  static std::vector<std::string> With(std::vector<std::string> arguments,
                                       const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static std::vector<std::string> Lode(const std::vector<std::string>& arguments) {
    const fs::path plugin = fs::path(LODE_BINARY_DIR) / "tests/plugins/faulty_oracle.lode.so";
    return With({"--plugin", plugin.string()}, arguments);
  }

  std::vector<std::string> Running(const std::string& out,
                                   const std::vector<std::string>& more = {}) const {
    return Lode(
        With({"run", (directory_.path() / "planned.toml").string(), "--out", Path(out)}, more));
  }

  std::vector<std::string> Resuming(const std::string& out,
                                    const std::vector<std::string>& more = {}) const {
    return Lode(With({"resume", Path(out)}, more));
  }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  Outcome RunWell(const std::vector<std::string>& arguments) const {
    Outcome outcome = lode_.Run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    return outcome;
  }

  std::string Trials(const std::string& run) const {
    return Select(directory_.path() / run, kTrials);
  }

  // Returns the contents of every file except the locks, which name processes.
  std::map<std::string, std::string> Contents(const std::string& out) const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path() / out)) {
      const std::string name = entry.path().filename();
      if (entry.is_regular_file() && name != "lock" && !name.ends_with("-shm") &&
          !name.ends_with("-wal")) {
        std::ifstream in(entry.path(), std::ios::binary);
        contents[entry.path()] = {std::istreambuf_iterator<char>(in), {}};
      }
    }
    return contents;
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

// ---- runs that had not begun ----

TEST_F(PlanTest, RunsThatHadNotBegunWhenTheProgramWasKilledAreResumed) {
  const std::string grid = R"(grid={"optimizer.population"=[4, 5]})";
  RunWell(Running("whole", {"--seeds", "2", "--set", grid}));
  const pid_t child = lode_.Start(Running(
      "killed", {"--seeds", "2", "--set", grid, "--jobs", "1", "--set", "oracle.delay_ms=100"}));
  const fs::path first = directory_.path() / "killed/optimizer.population=4/seed-0";
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(first / "run.db"); }));
  kill(child, SIGKILL);
  lode_.Finish(child);
  ASSERT_FALSE(fs::exists(directory_.path() / "killed/optimizer.population=5"));
  const std::string shown = RunWell(Lode({"show", Path("killed")})).out;
  EXPECT_THAT(shown, HasSubstr("planned 5 seed 0: not begun, 0 of 12 steps"));
  EXPECT_THAT(shown, HasSubstr("planned 5 seed 1: not begun, 0 of 12 steps"));
  RunWell(Resuming("killed"));
  for (const char* run : {"optimizer.population=4/seed-0", "optimizer.population=4/seed-1",
                          "optimizer.population=5/seed-0", "optimizer.population=5/seed-1"}) {
    EXPECT_EQ(Trials(std::string("killed/") + run), Trials(std::string("whole/") + run)) << run;
  }
}

TEST_F(PlanTest, AZippedGridIsPlannedAndResumed) {
  const std::string grid =
      R"(grid={"optimizer.population"=[4, 5, 5], "oracle.delay_ms"=[0, 0, 1], zip=["optimizer.population", "oracle.delay_ms"]})";
  RunWell(Running("whole", {"--set", grid}));
  const pid_t child = lode_.Start(Running("killed", {"--set", grid, "--jobs", "1"}));
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(directory_.path() / "killed/plan.json"); }));
  kill(child, SIGKILL);
  lode_.Finish(child);
  RunWell(Resuming("killed"));
  std::size_t runs = 0;
  for (const auto& entry : fs::directory_iterator(directory_.path() / "whole")) {
    if (entry.is_directory() && fs::exists(entry.path() / "seed-0")) {
      const std::string run = entry.path().filename().string() + "/seed-0";
      EXPECT_EQ(Trials("killed/" + run), Trials("whole/" + run)) << run;
      ++runs;
    }
  }
  EXPECT_EQ(runs, 3u);
}

TEST_F(PlanTest, SeveralPipelinesInOneDirectoryAreOnePlan) {
  const std::vector<std::string> both =
      Lode({"run", WritePipeline("first").string(), WritePipeline("second").string(), "--out",
            Path("out"), "--jobs", "1", "--set", "oracle.delay_ms=50"});
  const pid_t child = lode_.Start(both);
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(Path("out/first/seed-0/run.db")); }));
  kill(child, SIGKILL);
  lode_.Finish(child);
  ASSERT_FALSE(fs::exists(Path("out/second/seed-0")));
  RunWell(Resuming("out"));
  EXPECT_EQ(Trials("out/second/seed-0"), Trials("out/first/seed-0"));
}

TEST_F(PlanTest, ARunThatSomebodyRemovedIsRunAgainAlone) {
  RunWell(Running("out", {"--seeds", "2"}));
  const std::string trials = Trials("out/seed-1");
  fs::remove_all(Path("out/seed-1"));
  RunWell(Resuming("out/seed-0"));
  EXPECT_FALSE(fs::exists(Path("out/seed-1")));
  RunWell(Resuming("out"));
  EXPECT_EQ(Trials("out/seed-1"), trials);
}

TEST_F(PlanTest, ADirectoryWithoutAPlanIsResumedByItsRuns) {
  RunWell(Running("out", {"--seeds", "2"}));
  fs::remove(Path("out/plan.json"));
  fs::remove(Path("out/seed-1/inputs.json"));
  RunWell(Resuming("out", {"--extend", "steps=20"}));
  EXPECT_EQ(Lines(Trials("out/seed-1")).size(), 20u);
}

TEST_F(PlanTest, AnExtensionKilledBetweenRunsIsNamedAndRepeated) {
  RunWell(Running("out", {"--seeds", "2"}));
  fs::copy(Path("out/seed-1"), Path("before"), fs::copy_options::recursive);
  RunWell(Resuming("out", {"--extend", "steps=20"}));
  fs::remove_all(Path("out/seed-1"));
  fs::rename(Path("before"), Path("out/seed-1"));
  const Outcome refused = lode_.Run(Resuming("out"));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--extend continues to a larger budget"));
  RunWell(Resuming("out", {"--extend", "steps=20"}));
  EXPECT_EQ(Lines(Trials("out/seed-1")).size(), 20u);
}

// ---- two programs in one directory ----

TEST_F(PlanTest, NothingIsPlannedInALockedDirectory) {
  fs::create_directories(Path("out"));
  const posix::Descriptor lock(open(Path("out/lock").c_str(), O_RDWR | O_CREAT, 0666));
  ASSERT_EQ(flock(lock.get(), LOCK_EX | LOCK_NB), 0);
  const std::string holder = std::to_string(getpid());
  ASSERT_EQ(write(lock.get(), holder.data(), holder.size()), static_cast<ssize_t>(holder.size()));
  const Outcome outcome = lode_.Run(Running("out"));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("process " + holder + " is working on this run"));
  EXPECT_FALSE(fs::exists(Path("out/seed-0")));
}

TEST_F(PlanTest, AnotherProgramDoesNotTouchFinishedRuns) {
  const pid_t first =
      lode_.Start(Running("out", {"--seeds", "2", "--jobs", "1", "--set", "oracle.delay_ms=200"}));
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(Path("out/seed-1/run.db")); }));
  const std::string trials = Trials("out/seed-0");
  for (const char* how : {"--fresh", "--resume"}) {
    const Outcome second =
        lode_.Run(Running("out", {"--seeds", "2", "--set", "oracle.delay_ms=200", how}));
    EXPECT_EQ(second.status, 2);
    EXPECT_THAT(second.err, HasSubstr("process " + std::to_string(first) + " is working on"));
  }
  EXPECT_EQ(Trials("out/seed-0"), trials);
  kill(first, SIGINT);
  lode_.Finish(first);
}

TEST_F(PlanTest, TwoProgramsRunDifferentSeedsInOneDirectory) {
  RunWell(Running("whole", {"--seeds", "4"}));
  const pid_t first =
      lode_.Start(Running("out", {"--seeds", "0,1", "--jobs", "1", "--set", "oracle.delay_ms=20"}));
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(Path("out/seed-0/run.db")); }));
  RunWell(Running("out", {"--seeds", "2,3", "--set", "oracle.delay_ms=20"}));
  EXPECT_EQ(lode_.Finish(first).status, 0);
  for (const char* seed : {"seed-0", "seed-1", "seed-2", "seed-3"}) {
    EXPECT_EQ(Trials(std::string("out/") + seed), Trials(std::string("whole/") + seed)) << seed;
  }
  RunWell(Resuming("out"));
}

TEST_F(PlanTest, TheRemainsOfALostStoreAreNotRemovedUnasked) {
  RunWell(Running("out"));
  fs::remove(Path("out/seed-0/run.db"));
  for (const auto& arguments : {Running("out"), Running("out", {"--resume"}), Resuming("out")}) {
    const Outcome outcome = lode_.Run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err,
                HasSubstr("seed-0: has lost its run.db; --fresh starts the run again"));
    EXPECT_TRUE(fs::exists(Path("out/seed-0/result.json")));
  }
  RunWell(Running("out", {"--fresh"}));
}

// ---- --fresh ----

TEST_F(PlanTest, AFreshStartRemovesRunsOfOtherSeedsAndPoints) {
  const std::string grid = R"(grid={"optimizer.population"=[4, 5]})";
  RunWell(Running("out", {"--seeds", "3"}));
  RunWell(Running("out", {"--set", grid}));
  Write("out/seed-2/note", "the user's");
  RunWell(Running("out", {"--seeds", "2", "--fresh"}));
  EXPECT_FALSE(fs::exists(Path("out/optimizer.population=4")));
  EXPECT_FALSE(fs::exists(Path("out/seed-2/versions.json")));
  EXPECT_TRUE(fs::exists(Path("out/seed-2/note")));
  const auto shown = [&] {
    return nlohmann::json::parse(RunWell(Lode({"show", Path("out"), "--json"})).out);
  };
  EXPECT_EQ(shown().at("runs").size(), 2u);
  RunWell(Resuming("out"));  // what was planned is forgotten, too
  EXPECT_EQ(shown().at("runs").size(), 2u);
}

TEST_F(PlanTest, AFreshStartLeavesOtherPipelinesAlone) {
  RunWell(Running("out/other", {"--seeds", "2"}));
  RunWell(Running("out", {"--seeds", "2"}));
  const auto before = Contents("out/other");
  RunWell(Running("out", {"--fresh"}));
  EXPECT_FALSE(fs::exists(Path("out/seed-1")));
  EXPECT_EQ(Contents("out/other"), before);
}

// ---- failures that end a run ----

// Fails from an evaluation on until it is cured, and for some architectures, which remain failures.
class CuredTest : public PlanTest, public testing::WithParamInterface<const char*> {
 protected:
  std::vector<std::string> Failing(const std::string& out) const {
    return Running(out, {"--set", "oracle.after=3", "--set", "oracle.cure=" + Path("cure"), "--set",
                         "oracle.fault=\"nan\"", "--set", "oracle.every=5", "--set", GetParam()});
  }
};

TEST_P(CuredTest, ARunEndedByFailuresRepeatsThem) {
  Write("cure", "");
  RunWell(With(Failing("whole"), {"--set", "execution.on_error=skip"}));
  fs::remove(Path("cure"));
  const Outcome failed = lode_.Run(Failing("out"));
  ASSERT_EQ(failed.status, 3);
  const std::string trials = Trials("out/seed-0");
  EXPECT_LT(Lines(trials).size(), 12u);
  const Outcome again = lode_.Run(Resuming("out"));  // nothing has been cured
  EXPECT_EQ(again.status, 3);
  EXPECT_LT(Lines(Trials("out/seed-0")).size(), 12u);
  Write("cure", "");
  RunWell(Resuming("out", {}));
  EXPECT_EQ(Trials("out/seed-0"), Trials("whole/seed-0"));
  EXPECT_THAT(Trials("out/seed-0"), HasSubstr("not a number"));
}

INSTANTIATE_TEST_SUITE_P(Ways, CuredTest,
                         testing::Values("execution={max_failures=3}",
                                         "execution={max_failures=3, isolate=true}",
                                         "execution={max_failures=2, workers=2}"));

TEST_F(PlanTest, AStoppedRunContinuesWithTheFailedEvaluation) {
  const std::vector<std::string> failing =
      Running("out", {"--set", "oracle.after=6", "--set", "oracle.cure=" + Path("cure"), "--set",
                      "execution.on_error=stop"});
  EXPECT_EQ(lode_.Run(failing).status, 3);
  EXPECT_EQ(Lines(Trials("out/seed-0")).size(), 7u);
  Write("cure", "");
  RunWell(With(failing, {"--resume"}));
  EXPECT_EQ(Lines(Trials("out/seed-0")).size(), 12u);
  EXPECT_THAT(Trials("out/seed-0"), Not(HasSubstr("lost")));
}

TEST_F(PlanTest, ATransientFailureIsAskedAgain) {
  RunWell(Running("well"));
  const std::vector<std::string> passing = {
      "--set", "oracle.fault=\"passing\"",
      "--set", "oracle.every=3",
      "--set", "execution={on_error=\"retry\", retries=2}"};  // once in each worker
  RunWell(Running("out", passing));
  EXPECT_EQ(Trials("out/seed-0"), Trials("well/seed-0"));
  EXPECT_NE(Select(Path("out/seed-0"), "SELECT count(*) FROM record WHERE name = 'retries'"),
            "0\n");
  RunWell(Resuming("out", {"--extend", "steps=20"}));
  RunWell(Running("whole", With(passing, {"--set", "budget.steps=20"})));
  EXPECT_EQ(Trials("out/seed-0"), Trials("whole/seed-0"));
  RunWell(Running("workers", With(passing, {"--set", "execution.workers=2"})));
  RunWell(Running("two", {"--set", "execution.workers=2"}));
  EXPECT_EQ(Trials("workers/seed-0"), Trials("two/seed-0"));
}

TEST_F(PlanTest, AWorkerThatIsKilledAsItStartsIsStartedAgain) {
  RunWell(Running("whole"));
  const Outcome once =
      RunWell(Running("out", {"--set", "oracle.create=\"killed_once\"", "--set",
                              "oracle.notes=" + Path("notes"), "--set", "execution.isolate=true"}));
  EXPECT_THAT(once.err, HasSubstr("killed by signal 9 (Killed); starting it again"));
  EXPECT_EQ(Trials("out/seed-0"), Trials("whole/seed-0"));
}

TEST_F(PlanTest, ALostWorkerDoesNotEndOtherRuns) {
  const std::vector<std::string> lost =
      Running("lost", {"--set", R"(grid={"oracle.create"=["killed", "well"]})", "--set",
                       "execution.isolate=true", "--jobs", "1"});
  const Outcome outcome = lode_.Run(lost);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("lode: planned killed seed 0: oracle process: killed by"));
  EXPECT_EQ(Lines(Trials("lost/oracle.create=well/seed-0")).size(), 12u);
}

// ---- changes ----

TEST_F(PlanTest, SettingsThatDoNotAffectResultsChangeNothing) {
  RunWell(Running("out"));
  const auto before = Contents("out");
  const Outcome outcome =
      RunWell(Running("out", {"--resume", "--set", "pipeline.description=\"now described\"",
                              "--set", "pipeline.name=\"renamed\"", "--set",
                              "execution={commit=\"trial\", max_failures=3}"}));
  EXPECT_THAT(outcome.out, HasSubstr("renamed"));
  EXPECT_EQ(Contents("out"), before);
}

TEST_F(PlanTest, MarksAreFoundInTheExistingTrials) {
  RunWell(Running("out", {"--set", "oracle.notes=" + Path("notes")}));
  const std::string trials = Trials("out/seed-0");
  const Outcome outcome = RunWell(Running("out", {"--resume", "--set", "budget.marks=[6]", "--set",
                                                  "oracle.notes=" + Path("notes"), "--json"}));
  const auto run = nlohmann::json::parse(outcome.out).at("runs").at(0);
  EXPECT_EQ(run.at("marks").size(), 1u) << run;
  EXPECT_EQ(Trials("out/seed-0"), trials);
}

TEST_F(PlanTest, AForcedRunWithOtherResultsIsLeftUnchanged) {
  RunWell(Running("out"));
  const auto before = Contents("out");
  const Outcome forced =
      lode_.Run(Running("out", {"--resume", "--force", "--set", "optimizer.sample=5"}));
  EXPECT_EQ(forced.status, 3);
  EXPECT_EQ(Contents("out"), before);
  const Outcome shorter = lode_.Run(Resuming("out", {"--extend", "steps=5"}));
  EXPECT_EQ(shorter.status, 3);
  EXPECT_EQ(Contents("out"), before);
  EXPECT_THAT(RunWell(Lode({"show", Path("out")})).out, Not(HasSubstr("unfinished")));
}

class InputsTest : public PlanTest {
 protected:
  // The input is a program's script, or the folder that contains it.
  std::vector<std::string> Searching(const std::string& program) const {
    const fs::path file = Write(
        "search.toml",
        "[pipeline]\nname = \"search\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = \"command\"\n"
        "command = [\"/bin/sh\", \"" +
            program + "\"]\nprogram = \"" + Path("program") +
            "\"\n"
            "maximize = [\"score\"]\n[reward]\nmetric = \"score\"\n[optimizer]\nuse = \"random\"\n"
            "[budget]\nsteps = 2\n[execution]\nisolate = false\n");
    return {"run", file.string(), "--out", Path("out")};
  }
};

TEST_F(InputsTest, AChangedScriptIsNoticed) {
  Write("program", "echo '{\"score\": 1}'\n");
  RunWell(Searching("{program}"));
  RunWell(With(Searching("{program}"), {"--extend", "steps=3"}));
  Write("program", "echo '{\"score\": 2}'\n");
  const Outcome refused = lode_.Run(Lode({"resume", Path("out"), "--extend", "steps=4"}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr(Path("program") + " was 20 bytes (SHA-256 "));
  RunWell(Lode({"resume", Path("out"), "--extend", "steps=4", "--force"}));
  fs::remove(Path("out/seed-0/inputs.json"));  // as written by earlier versions
  Write("program", "echo '{\"score\": 3}'\n");
  RunWell(Lode({"resume", Path("out"), "--extend", "steps=5"}));
  EXPECT_EQ(Select(Path("out/seed-0"), "SELECT score FROM trials ORDER BY step"),
            "1.0\n1.0\n1.0\n2.0\n3.0\n");
}

TEST_F(InputsTest, AChangedFolderIsNoticed) {
  Write("program/train.sh", "echo '{\"score\": 1}'\n");
  RunWell(Searching("{program}/train.sh"));
  Write("program/__pycache__/helper.pyc", "made by the program");
  RunWell(With(Searching("{program}/train.sh"), {"--extend", "steps=3"}));
  Write("program/helper.sh", "");
  const Outcome refused = lode_.Run(With(Searching("{program}/train.sh"), {"--extend", "steps=4"}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("program was a folder of 1 files ("));
}

TEST_F(InputsTest, AChangedListIsNoticed) {
  Write("list.tsv", "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|\n");
  const std::vector<std::string> running =
      Running("out", {"--set", "optimizer={use=\"listed\", architectures=\"list.tsv\"}"});
  RunWell(running);
  Write("list.tsv", "|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|\n");
  const Outcome refused = lode_.Run(With(running, {"--resume"}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("list.tsv was "));
}

// ---- names ----

TEST_F(PlanTest, PointsOfAGridHaveDistinctNames) {
  const std::string long_name(300, 'n');
  RunWell(Running("out", {"--set", R"(grid={"oracle.notes"=["a/b", "a_b", ")" + long_name +
                                       R"(1", ")" + long_name + R"(2"]})"}));
  std::size_t points = 0;
  for (const auto& entry : fs::directory_iterator(Path("out"))) {
    points += fs::exists(entry.path() / "seed-0/run.db") ? 1 : 0;
    EXPECT_LE(entry.path().filename().string().size(), 255u);
  }
  EXPECT_EQ(points, 4u);
  EXPECT_TRUE(fs::exists(Path("out/oracle.notes=a_b/seed-0/run.db")));
  RunWell(Resuming("out", {"--extend", "steps=15"}));
}

TEST_F(PlanTest, ADirectoryKeepsItsName) {
  const std::vector<std::string> running =
      Running("out", {"--set", R"(grid={"oracle.notes"=["a/b"]})"});
  RunWell(running);
  fs::path made;
  for (const auto& entry : fs::directory_iterator(Path("out"))) {
    made = entry.is_directory() ? entry.path() : made;
  }
  const std::string old = Path("out/oracle.notes=a_b");
  ASSERT_NE(made, old);
  fs::rename(made, old);  // as named by earlier versions
  RunWell(With(running, {"--resume"}));
  EXPECT_FALSE(fs::exists(made));
}

}  // namespace
}  // namespace lode::core
