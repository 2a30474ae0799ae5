// Searches whose measurements scatter around known means: what is paid, and how far the reported
// best can be trusted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/in_process.h"
#include "core/plugin/index.h"
#include "core/report/statistics.h"
#include "core/search/limits.h"
#include "core/search/noisy_best.h"
#include "core/search/run.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

const fs::path kBuild = LODE_BINARY_DIR;
const fs::path kPlugin = kBuild / "tests/plugins/noisy_oracle.lode.so";
constexpr double kNoise = 0.2;

std::string PipelineText(const std::string& optimizer, const std::string& tables) {
  return "[pipeline]\nname = \"noise\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = "
         "\"noisy_oracle\"\n"
         "[reward]\nmetric = \"accuracy\"\n[optimizer]\nuse = \"" +
         optimizer + "\"\n" + tables;
}

// The largest single measurement, and the mean behind it.
struct Luckiest : TrialObserver {
  void OnTrial(const TrialRecord& trial) override {
    if (trial.metrics[0] > measured) {
      measured = trial.metrics[0];
      truth = trial.metrics[1];
    }
  }
  double measured = 0, truth = 0;
};

class NoiseTest : public testing::Test {
 protected:
  RunResult Search(const std::string& optimizer, const std::string& tables, std::uint64_t seed,
                   TrialObserver* observer = nullptr) const {
    const Pipeline pipeline =
        Resolve(Document::FromText(PipelineText(optimizer, tables), "test"), index_).at(0).pipeline;
    const std::atomic<bool> cancelled = false;
    const RunContext context{seed, &cancelled, {}, {}};
    core::Run run(pipeline, seed, index_, cancelled,
                  std::make_unique<InProcess>(pipeline, index_, context));
    return run.Execute(observer != nullptr ? std::vector<TrialObserver*>{observer}
                                           : std::vector<TrialObserver*>{});
  }

  const TemporaryDirectory directory_;
  const PluginIndex index_{SearchPath{{kPlugin}, {kBuild / "lib/lode/plugins"}},
                           directory_.path() / "index.json"};
};

TEST_F(NoiseTest, PaymentsNeverExceedTheBudget) {
  for (const char* optimizer : {"rea", "random", "local_search"}) {
    for (const char* confirm : {"", "[confirm]\nrepeats = 4\ncandidates = 3\n"}) {
      const RunResult run =
          Search(optimizer, std::string("[budget]\nunique_queries = 50\n") + confirm, 1);
      EXPECT_LE(run.evaluations + run.confirmations, 50u) << optimizer;
      EXPECT_LE(run.unique_queries, run.evaluations) << optimizer;
      EXPECT_EQ(run.confirmations, *confirm == '\0' ? 0u : 12u) << optimizer;
    }
  }
}

// rea proposes its favorites again: each time is an evaluation, but not a unique query.
TEST_F(NoiseTest, RepeatsArePaidFromEvaluations) {
  const std::string rea = "population = 5\nsample = 5\n";
  const RunResult tight = Search("rea", rea + "[budget]\nunique_queries = 200\n", 1);
  EXPECT_EQ(tight.evaluations, 200u);
  EXPECT_LT(tight.unique_queries, 200u);
  const RunResult wide =
      Search("rea", rea + "[budget]\nunique_queries = 200\nevaluations = 1000\n", 1);
  EXPECT_EQ(wide.unique_queries, 200u);
  EXPECT_GT(wide.evaluations, 200u);
  EXPECT_LE(wide.evaluations, 1000u);
}

// With K candidates and N repeats, the mean of the best of them is at most E[max of K normals]
// noise / sqrt(N) above its true value, which is reached if all have the same true value: 1.163 for
// K = 5.
TEST_F(NoiseTest, TheConfirmedBestHasLittleBias) {
  constexpr double kBound = 1.163 * kNoise / 3;
  std::vector<double> confirmed, luckiest;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Luckiest lucky;
    const RunResult run = Search("random",
                                 "[budget]\nunique_queries = 150\nevaluations = 195\n"
                                 "[confirm]\nrepeats = 9\ncandidates = 5\n",
                                 seed, &lucky);
    ASSERT_TRUE(run.best);
    EXPECT_EQ(run.evaluations, 150u);
    EXPECT_EQ(run.confirmations, 45u);
    EXPECT_EQ(run.best->measurements, 9u);
    EXPECT_GT(run.best->standard_error.value(), 0.04);  // 0.2 / 3, with 40 degrees of freedom
    EXPECT_LT(run.best->standard_error.value(), 0.1);
    confirmed.push_back(run.best->metrics[0] - run.best->metrics[1]);
    luckiest.push_back(lucky.measured - lucky.truth);
  }
  const Statistic bias = StatisticOf(confirmed), was = StatisticOf(luckiest);
  const double error = 5 * *bias.std / std::sqrt(200);
  EXPECT_LT(bias.mean, kBound + error);
  EXPECT_GT(bias.mean, -error);
  EXPECT_GT(was.mean, 2 * (kBound + error));  // the mean reported before
}

// The bounds of all architectures hold at once in 95 of 100 searches, apart from the fact that the
// scatter is estimated, too.
TEST_F(NoiseTest, TheLowerBoundHolds) {
  int holds = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const RunResult run = Search(
        "rea", "population = 5\nsample = 5\n[budget]\nunique_queries = 100\nevaluations = 300\n",
        seed);
    ASSERT_TRUE(run.best && run.best->standard_error);
    const auto architectures = static_cast<double>(run.unique_queries);
    const double bound = run.best->metrics[0] -
                         *run.best->standard_error * std::sqrt(2 * std::log(10 * architectures));
    holds += bound <= run.best->metrics[1] ? 1 : 0;
  }
  EXPECT_GE(holds, 90);
}

// Two architectures that take turns as the best do not count as progress.
TEST_F(NoiseTest, AnArchitectureImprovesTheBestOnce) {
  struct Leaders : TrialObserver {
    void OnTrial(const TrialRecord& trial) override {
      best.Add(trial.architecture, trial.step, trial.reward, trial.metrics);
      const bool is_new = seen.insert(best.Best()->architecture).second;
      changes += best.Best()->architecture != last ? 1 : 0;
      last = best.Best()->architecture;
      without = is_new ? 0 : without + 1;
      longest = std::max(longest, without);
    }
    const Limits limits{{}, {}};
    NoisyBest best{limits, 0};
    std::set<std::string> seen;
    std::string last;
    std::uint64_t changes = 0, without = 0, longest = 0;
  };
  std::uint64_t changes = 0, leaders = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Leaders observer;
    const RunResult run =
        Search("rea", "population = 5\n[budget]\nsteps = 2000\nstop_after_no_improvement = 60\n",
               seed, &observer);
    EXPECT_EQ(run.ending, Ending::kStalled);
    EXPECT_EQ(observer.without, 60u);
    EXPECT_EQ(observer.longest, 60u);
    changes += observer.changes;
    leaders += observer.seen.size();
  }
  EXPECT_GT(changes, leaders);
}

TEST_F(NoiseTest, ConfirmationMustLeaveSomethingToSearchWith) {
  try {
    Search("random", "[budget]\nunique_queries = 50\n[confirm]\nrepeats = 10\n", 0);
    FAIL();
  } catch (const std::exception& e) {
    EXPECT_THAT(e.what(), HasSubstr("[confirm] candidates * repeats is 50, and [budget] has 50 "
                                    "evaluations"));
  }
}

// As users run it.
class NoiseProgramTest : public testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::string& out,
                                     const std::vector<std::string>& changes = {}) const {
    std::vector<std::string> arguments = {"--plugin", kPlugin.string(), "run",    File(), "--seeds",
                                          "1",        "--out",          Path(out)};
    AppendSettings(arguments, changes);
    return arguments;
  }

  std::string File() const {
    const fs::path file = directory_.path() / "noise.toml";
    std::ofstream(file) << PipelineText(
        "rea",
        "population = 5\nsample = 5\n[budget]\nunique_queries = 60\n"
        "marks = [20]\n");
    return file.string();
  }
  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }
  fs::path RunOf(const std::string& out) const { return directory_.path() / out / "seed-0"; }
  json ResultOf(const std::string& out) const {
    json result = json::parse(std::ifstream(RunOf(out) / "result.json"));
    result.erase("seconds");
    result.erase("checksum");
    return result;
  }
  std::string Stored(const std::string& out) const {
    return Select(RunOf(out), "SELECT * FROM evaluation") +
           Select(RunOf(out), "SELECT step, evaluation, reward, action FROM trial");
  }
  void Run(const std::vector<std::string>& arguments) const {
    const test::Outcome outcome = lode_.Run(arguments);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

// The views agree with result.json, as far as trials are concerned.
TEST_F(NoiseProgramTest, ViewsShowMeansAndBounds) {
  Run(Arguments("out"));
  const json best = ResultOf("out")["best"];
  const std::string measurements = std::to_string(best["measurements"].get<int>());
  EXPECT_EQ(Select(RunOf("out"), "SELECT architecture, step, measurements FROM best LIMIT 1"),
            best["architecture"].get<std::string>() + "|" +
                std::to_string(best["step"].get<int>()) + "|" + measurements + "\n");
  const auto number = [&](const char* sql) { return std::stod(Select(RunOf("out"), sql)); };
  EXPECT_NEAR(number("SELECT reward FROM best LIMIT 1"), best["reward"].get<double>(), 1e-9);
  EXPECT_NEAR(number("SELECT standard_error FROM best LIMIT 1"),
              best["standard_error"].get<double>(), 1e-6);
  EXPECT_NEAR(number("SELECT best_reward FROM curve ORDER BY step DESC LIMIT 1"),
              best["reward"].get<double>(), 1e-9);
  EXPECT_EQ(number("SELECT count(*) FROM evaluation"), 60);
  const json mark = ResultOf("out")["marks"][0]["best"];
  EXPECT_EQ(number(("SELECT count(*) FROM curve WHERE abs(best_reward - " +
                    std::to_string(mark["reward"].get<double>()) + ") < 1e-5")
                       .c_str()) > 0,
            true);
}

TEST_F(NoiseProgramTest, TablesShowHowTheBestWasMeasured) {
  const test::Outcome outcome = lode_.Run(Arguments("out", {"confirm={repeats=6, candidates=4}"}));
  EXPECT_THAT(outcome.out, HasSubstr("std. error  measured"));
  EXPECT_THAT(outcome.out, HasSubstr("evaluations  confirming"));
  EXPECT_THAT(outcome.out,
              HasSubstr("accuracy of the best after 60 unique queries or 36 evaluations, "
                        "1 seed: "));
  EXPECT_THAT(outcome.err, HasSubstr(" (mean of 6)"));
  EXPECT_EQ(ResultOf("out")["confirmations"], 24);
  EXPECT_EQ(Select(RunOf("out"), "SELECT count(*) FROM evaluation"), "60\n");
  EXPECT_EQ(
      Select(RunOf("out"), "SELECT count(*), count(DISTINCT architecture) FROM confirmations"),
      "24|4\n");
  EXPECT_EQ(lode_.Run({"--plugin", kPlugin.string(), "show", Path("out")}).out,
            outcome.out.substr(0, outcome.out.find("kept in")));
}

// A run that is killed while it searches or confirms ends the same: marks, store and best.
TEST_F(NoiseProgramTest, KilledRunsResumeToTheSameResult) {
  const std::vector<std::string> changes = {"confirm={repeats=6, candidates=4}",
                                            "oracle.delay_ms=5"};
  Run(Arguments("whole", changes));
  for (const int milliseconds : {80, 160, 240, 290}) {
    const std::string out = "killed-" + std::to_string(milliseconds);
    const pid_t child = lode_.Start(Arguments(out, changes));
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, SIGKILL);
    lode_.Finish(child);
    std::vector<std::string> again = Arguments(out, changes);
    again.emplace_back("--resume");
    Run(again);
    EXPECT_EQ(Stored(out), Stored("whole"));
    EXPECT_EQ(ResultOf(out), ResultOf("whole"));
  }
}

TEST_F(NoiseProgramTest, SeveralWorkersPayNoMore) {
  Run(Arguments("out", {"execution.workers=3", "confirm={repeats=6, candidates=4}"}));
  EXPECT_EQ(Select(RunOf("out"), "SELECT count(*) FROM evaluation"), "60\n");
  Run(Arguments("again", {"execution.workers=3", "confirm={repeats=6, candidates=4}"}));
  EXPECT_EQ(Stored("again"), Stored("out"));
  EXPECT_EQ(ResultOf("again"), ResultOf("out"));
}

// Makes the run look like an unfinished one from a version without this limit and without
// checksums.
void MakeOld(const fs::path& run) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((run / "run.db").c_str(), &db), SQLITE_OK);
  const char* const change =
      "DELETE FROM meta WHERE key = 'evaluations';"
      "UPDATE meta SET value = 'interrupted', _checksum = NULL WHERE key = 'status';"
      "INSERT INTO meta VALUES('rows_without_checksum', '2', NULL);";
  ASSERT_EQ(sqlite3_exec(db, change, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  fs::remove(run / "result.json");
  std::string text;
  for (const std::string& line :
       Lines((std::ostringstream() << std::ifstream(run / "pipeline.toml").rdbuf()).str())) {
    const bool is_new = line.starts_with("evaluations") || line.starts_with("# checksum");
    text += is_new ? "" : line + "\n";
  }
  std::ofstream(run / "pipeline.toml") << text;
}

// A run that began when evaluations were not limited continues without a limit.
TEST_F(NoiseProgramTest, RunsWithoutALimitContinueWithoutOne) {
  const std::vector<std::string> changes = {"budget={unique_queries=60, evaluations=1000000}"};
  Run(Arguments("out", changes));
  const std::string whole = Stored("out");
  EXPECT_GT(Lines(whole).size(), 2 * 60u);
  MakeOld(RunOf("out"));
  Run({"--plugin", kPlugin.string(), "resume", Path("out")});
  EXPECT_EQ(Stored("out"), whole);
}

}  // namespace
}  // namespace lode::core
