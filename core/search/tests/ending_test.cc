// When a search ends before its budget is spent: nothing better comes, or the wall time is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

constexpr std::uint64_t kPatience = 40;
constexpr char kStop[] = "budget.stop_after_no_improvement=40";

class EndingTest : public testing::Test {
 protected:
  Words Command(const std::string& pipeline, const std::string& out, const Words& settings) const {
    Words words{SourceFile(pipeline).string(), "--seed", "3", "--out", Path(out)};
    AppendSettings(words, settings);
    return words;
  }

  json RunOf(const std::string& pipeline, const std::string& out, const Words& settings) const {
    return RunJson(lode_, Command(pipeline, out, settings)).at("runs").at(0);
  }

  Outcome Run(const std::string& pipeline, const std::string& out, const Words& settings,
              const Words& more = {}) const {
    Words words = Command(pipeline, out, settings);
    words.insert(words.begin(), "run");
    words.insert(words.end(), more.begin(), more.end());
    return lode_.Run(words);
  }

  // An endless search, for as long as it takes to begin.
  Outcome RunTimeSlot(Words more) const {
    more.emplace_back("--resume");
    for (double seconds = 0.5;; seconds *= 2) {
      const std::string budget =
          "budget={steps=1000000000, wall_seconds=" + std::to_string(seconds) + "}";
      Outcome outcome = Run("configs/nb201/random.toml", "slot", {budget}, more);
      const bool has_begun = outcome.out.find("the wall time is over") != std::string::npos &&
                             fs::exists(directory_.path() / "slot/seed-3/run.db");
      if (has_begun || outcome.status != 4) { return outcome; }
    }
  }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  std::string Stored(const std::string& out, const char* sql) const {
    return Select(directory_.path() / out / "seed-3", sql);
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

constexpr char kRandom[] = "configs/nb201/random.toml";
constexpr char kTrials[] =
    "SELECT step, architecture, reward, violation, failure FROM trials ORDER BY step";

// Returns the number of steps of a longer search after which the last kPatience found nothing
// better: `rows` has the reward of each step, or nothing for steps that do not count.
std::uint64_t StepsUntilNoImprovement(const std::string& rows) {
  std::istringstream in(rows);
  double best = -std::numeric_limits<double>::infinity();
  std::uint64_t steps = 0, without = 0;
  for (std::string row; without < kPatience && std::getline(in, row); ++steps) {
    const double reward = row == "NULL" ? -1 : std::stod(row);
    without = reward > best && row != "NULL" ? 0 : without + 1;
    best = row == "NULL" ? best : std::max(best, reward);
  }
  return steps;
}

TEST_F(EndingTest, StepsWithoutABetterBestEndASearch) {
  RunOf(kRandom, "long", {"budget={steps=3000}"});
  const std::uint64_t expected =
      StepsUntilNoImprovement(Stored("long", "SELECT reward FROM trials ORDER BY step"));
  const json stopped = RunOf(kRandom, "stopped", {"budget={steps=3000}", kStop});
  EXPECT_EQ(stopped.at("steps"), expected);
  EXPECT_LT(expected, 3000u);
  EXPECT_EQ(stopped.at("status"), "stalled");
  EXPECT_EQ(stopped.at("reason"), "no better architecture in the last 40 steps");
  EXPECT_THAT(Stored("long", kTrials), testing::StartsWith(Stored("stopped", kTrials)));
  const json apart =
      RunOf(kRandom, "apart", {"budget={steps=3000}", kStop, "execution.isolate=all"});
  EXPECT_EQ(apart.at("steps"), expected);
  // A replay ends at the same step as the run.
  EXPECT_EQ(lode_.Run({"resume", Path("stopped"), "--extend", "steps=4000"}).status, 0);
  EXPECT_EQ(Stored("stopped", kTrials), Stored("apart", kTrials));
}

TEST_F(EndingTest, ATrialThatBreaksALimitIsNotAnImprovement) {
  const Words settings = {"budget={steps=3000}", "reward.limit_rule=death",
                          "reward.limits=[{metric=\"params\", max=400000}]"};
  Words stopping = settings;
  stopping.emplace_back(kStop);
  RunOf(kRandom, "long", settings);
  const std::string rewards =
      Stored("long", "SELECT CASE WHEN violation = 0 THEN reward END FROM trials ORDER BY step");
  EXPECT_THAT(rewards, HasSubstr("NULL"));
  EXPECT_EQ(RunOf(kRandom, "stopped", stopping).at("steps"), StepsUntilNoImprovement(rewards));
}

// A trial that is dominated when it is found does not help; one that is dominated only later did
// help.
TEST_F(EndingTest, WithGoalsTheFrontMustImprove) {
  const Words settings = {"budget={steps=400, stop_after_no_improvement=40}", "optimizer.use=nsga2",
                          "reward.goals=[{metric=\"valid_accuracy\"}, {metric=\"params\"}]"};
  const std::uint64_t steps = RunOf(kRandom, "goals", settings).at("steps");
  std::istringstream joined(
      Stored("goals",
             "SELECT (SELECT count(*) FROM trials AS b WHERE b.step < a.step AND b.valid_accuracy "
             ">= a.valid_accuracy AND b.params <= a.params) FROM trials AS a ORDER BY a.step"));
  std::uint64_t without = 0, longest = 0;
  for (std::string row; std::getline(joined, row);) {
    without = row == "0" ? 0 : without + 1;
    longest = std::max(longest, without);
  }
  EXPECT_EQ(longest, steps < 400 ? kPatience : longest);
  EXPECT_LE(longest, kPatience);
  EXPECT_EQ(without == kPatience, steps < 400);
}

TEST_F(EndingTest, AWallTimeStopsASearchThatCanBeResumed) {
  const Outcome stopped = RunTimeSlot({});
  EXPECT_EQ(stopped.status, 4) << stopped.err;
  EXPECT_THAT(stopped.out, HasSubstr("stopped: the wall time is over\n"));
  EXPECT_THAT(stopped.out, HasSubstr("to continue: lode resume " + Path("slot")));
  const std::string first = Stored("slot", kTrials);
  // A different wall time does not change the run.
  const Outcome again = RunTimeSlot({"--json"});
  EXPECT_EQ(again.status, 4) << again.err;
  EXPECT_EQ(json::parse(again.out).at("runs").at(0).at("status"), "interrupted");
  EXPECT_THAT(Stored("slot", kTrials), testing::StartsWith(first));
  EXPECT_EQ(lode_.Run({"resume", Path("slot"), "--wall-seconds", "0.7"}).status, 4);
  EXPECT_THAT(Stored("slot", kTrials), testing::StartsWith(first));
  EXPECT_EQ(lode_.Run({"resume", Path("slot"), "--wall-seconds", "-1"}).status, 2);
}

// Runs that had no time to begin are run by the next command, as if there had been no wall time.
TEST_F(EndingTest, RunsThatHadNoTimeToBeginAreResumed) {
  const Words settings = {"budget={steps=50}",
                          "grid={\"oracle.dataset\"=[\"cifar10\", \"cifar100\"]}"};
  const Outcome none = Run(kRandom, "none", settings, {"--wall-seconds", "0.000001"});
  EXPECT_EQ(none.status, 4) << none.err;
  EXPECT_THAT(none.out, HasSubstr("to continue: lode resume"));
  const Outcome resumed = lode_.Run({"resume", Path("none"), "--wall-seconds", "100000"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.out, Not(HasSubstr("to continue")));
  EXPECT_EQ(Run(kRandom, "whole", settings).status, 0);
  for (const char* point : {"oracle.dataset=cifar10", "oracle.dataset=cifar100"}) {
    const std::string run = "/" + std::string(point) + "/seed-3";
    EXPECT_EQ(Dump(Path("none" + run)), Dump(Path("whole" + run)));
  }
}

// The wall time applies to the whole command, whichever stage it ends in.
TEST_F(EndingTest, AWallTimeCoversAllStages) {
  const std::string stages = SourceFile("configs/nb201/stages.toml").string();
  const Words small = {"run",    stages,
                       "--out",  Path("stages"),
                       "--seed", "3",
                       "--set",  "stage.search.budget.steps=1000000000",
                       "--set",  "stage.final.budget.wall_seconds=0.5"};
  const Outcome stopped = lode_.Run(small);
  EXPECT_EQ(stopped.status, 4) << stopped.err;
  EXPECT_THAT(stopped.out, HasSubstr("to continue: lode resume " + Path("stages")));
  EXPECT_THAT(lode_.Run({"show", Path("stages")}).out, Not(HasSubstr("stage search: finished")));
}

}  // namespace
}  // namespace lode::core
