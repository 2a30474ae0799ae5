// Every optimizer on every space, with and without limits and with several goals, as users run
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

#ifdef LODE_SANITIZED  // each way of proposing once; the plugins have tests of their own
const char* const kOptimizers[] = {"l2nas", "rea", "nsga2", "hyperband"};
const char* const kOptimizersOfGoals[] = {"tpe"};
#else
const char* const kOptimizers[] = {
    "l2nas",     "random", "rea",         "local_search", "nsga2", "evolution",
    "reinforce", "tpe",    "bo",          "hyperband",    "bohb",  "alphax",
    "bananas",   "npenas", "arch2vec_bo", "arch2vec_rl",  "econas"};
const char* const kOptimizersOfGoals[] = {"tpe", "bo"};
#endif

const std::string kQuickBo = "{whole=0, pool=100, epochs=1, hidden=16, fit_epochs=1, mutants=1}";
const std::string kQuickRl = "{whole=0, pool=100, epochs=1, hidden=16}";

// A shipped pipeline of each space, and a limit that about half of its architectures break.
struct Case {
  const char* config;
  const char* metric;
  const char* kind;
  double bound;

  std::string Limits() const {
    return std::string("reward.limits=[{metric=\"") + metric + "\", " + kind + "=" +
           std::to_string(bound) + "}]";
  }
  bool Keeps(double value) const {
    return std::string_view(kind) == "max" ? value <= bound : value >= bound;
  }
};
const Case kCases[] = {{"configs/nb201/l2nas.toml", "params", "max", 500000},
                       {"configs/ofa/predictor.toml", "macs", "max", 250e6},
                       {"configs/darts/analytic.toml", "params", "min", 3.1e6}};

class GoalsTest : public testing::Test {
 protected:
  // Runs two seeds of 150 steps, the first 50 of l2nas at random.
  json Run(const std::string& config, const std::string& optimizer, const std::string& out,
           const std::vector<std::string>& settings) const {
    std::vector<std::string> arguments{SourceFile(config).string(), "--seeds", "2", "--out",
                                       (dir_.path() / out).string()};
    std::vector<std::string> all{
        "budget={steps=150, marks=[]}",      "optimizer.use=" + optimizer,
        "optimizer.l2nas.batch_size=16",     "optimizer.arch2vec_bo=" + kQuickBo,
        "optimizer.arch2vec_rl=" + kQuickRl, "exploration=[{use=\"warm_up\", steps=50}]"};
    AppendSettings(arguments, all);
    AppendSettings(arguments, settings);
    return RunJson(lode_, arguments);
  }

  std::string Ask(const std::string& out, const std::string& sql) const {
    return Select(dir_.path() / out / "seed-0", sql.c_str());
  }

  std::string Trials(const std::string& out) const {
    return Ask(out,
               "SELECT step, architecture, printf('%!.17g', reward), violation, random, reused, "
               "hex((SELECT action FROM trial t WHERE t.step = trials.step)) FROM trials");
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
};

class EveryOptimizer : public GoalsTest, public testing::WithParamInterface<const char*> {};

TEST_P(EveryOptimizer, RunsOnEverySpace) {
  for (const Case& c : kCases) {
    const json out = Run(c.config, GetParam(), c.config, {"reward.limits=[]"});
    for (const json& run : out["runs"]) {
      EXPECT_EQ(run["steps"], 150) << c.config;
      EXPECT_EQ(run["rejections"], 0);
      EXPECT_FALSE(run["best"].is_null());
    }
  }
}

TEST_P(EveryOptimizer, KeepsALimitByRejection) {
  for (const Case& c : kCases) {
    const json out = Run(c.config, GetParam(), c.config, {c.Limits()});
    // bo infers the limit and keeps it from then on.
    const std::uint64_t least = std::string_view(GetParam()) == "bo" ? 1 : 11;
    std::uint64_t rejections = 0;
    for (const json& run : out["runs"]) {
      EXPECT_EQ(run["steps"], 150) << c.config;
      EXPECT_EQ(run["failures"], 0);
      rejections += run["rejections"].get<std::uint64_t>();
      EXPECT_TRUE(c.Keeps(run["best"]["metrics"][c.metric]));
      for (const json& trial : run["front"]) { EXPECT_TRUE(c.Keeps(trial["metrics"][c.metric])); }
    }
    EXPECT_GE(rejections, least) << c.config;
    EXPECT_EQ(Ask(c.config, "SELECT count(*) FROM trials WHERE violation != 0"), "0\n");
  }
}

TEST_P(EveryOptimizer, NeverReportsATrialThatBreaksALimitAsBest) {
  for (const char* rule : {"penalty", "death"}) {
    const Case& c = kCases[1];
    const json out =
        Run(c.config, GetParam(), rule, {c.Limits(), std::string("reward.limit_rule=") + rule});
    for (const json& run : out["runs"]) {
      EXPECT_EQ(run["rejections"], 0);
      EXPECT_TRUE(c.Keeps(run["best"]["metrics"][c.metric]));
    }
    EXPECT_NE(Ask(rule, "SELECT count(*) FROM trials WHERE violation > 0"), "0\n") << rule;
    EXPECT_EQ(Ask(rule, "SELECT count(*) FROM best WHERE macs > 250e6"), "0\n");
    EXPECT_EQ(Ask(rule, "SELECT count(*) FROM trials WHERE (violation > 0) != (macs > 250e6)"),
              "0\n");
  }
}

// Rejections, scattered actions and several goals depend only on the configuration.
TEST_P(EveryOptimizer, TheSameSeedGivesTheSameTrialsForAnyJobs) {
  const Case& c = kCases[1];
  for (const char* jobs : {"1", "2"}) {
    const Program lode(dir_.path());
    const json out = RunJson(lode, {SourceFile(c.config).string(),
                                    "--seeds",
                                    "2",
                                    "--jobs",
                                    jobs,
                                    "--out",
                                    (dir_.path() / jobs).string(),
                                    "--set",
                                    std::string("optimizer.use=") + GetParam(),
                                    "--set",
                                    "budget={steps=150, marks=[]}",
                                    "--set",
                                    "optimizer.l2nas.batch_size=16",
                                    "--set",
                                    "optimizer.arch2vec_bo=" + kQuickBo,
                                    "--set",
                                    "optimizer.arch2vec_rl=" + kQuickRl,
                                    "--set",
                                    "exploration=[{use=\"warm_up\", steps=50}]",
                                    "--set",
                                    c.Limits()});
    EXPECT_EQ(out["runs"].size(), 2u);
  }
  EXPECT_EQ(Trials("1"), Trials("2"));
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer, testing::ValuesIn(kOptimizers),
                         [](const auto& info) { return std::string(info.param); });

class OptimizerOfGoals : public GoalsTest, public testing::WithParamInterface<const char*> {};

// With the rule "death", which needs an accuracy, the optimizer is told what breaks the limit.
TEST_P(OptimizerOfGoals, EndsInAFrontWithinTheLimitThatTheSeedDetermines) {
  const char* const kGoals[][2] = {
      {"[{metric=\"valid_accuracy\"}, {metric=\"params\"}]", "death"},
      {"[{metric=\"predicted_accuracy\"}, {metric=\"macs\"}]", "death"},
      {"[{metric=\"macs\"}, {metric=\"params\"}]", "rejection"}};
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    const Case& c = kCases[i];
    const auto& [goals, rule] = kGoals[i];
    const std::vector<std::string> settings{"budget={steps=40, marks=[]}", c.Limits(),
                                            std::string("reward.goals=") + goals,
                                            std::string("reward.limit_rule=") + rule};
    const json out = Run(c.config, GetParam(), c.config, settings);
    for (const json& run : out["runs"]) {
      EXPECT_FALSE(run["front"].empty()) << c.config;
      for (const json& trial : run["front"]) { EXPECT_TRUE(c.Keeps(trial["metrics"][c.metric])); }
    }
    EXPECT_TRUE(out["runs"][0]["rejections"] > 0 ||
                Ask(c.config, "SELECT count(*) FROM trials WHERE violation > 0") != "0\n")
        << c.config << ": nothing breaks the limit";
    const std::string again = std::string("again/") + c.config;
    Run(c.config, GetParam(), again, settings);
    EXPECT_EQ(Trials(again), Trials(c.config)) << c.config;
  }
}

INSTANTIATE_TEST_SUITE_P(All, OptimizerOfGoals, testing::ValuesIn(kOptimizersOfGoals),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(GoalsTest, TheFrontHasTheTrialsThatNoneDominates) {
  const json out = Run("configs/ofa/front.toml", "random", "front", {});
  const json& run = out["runs"][0];
  EXPECT_GT(run["front"].size(), 3u);
  EXPECT_EQ(Ask("front", "SELECT step FROM pareto ORDER BY predicted_accuracy DESC, macs"),
            Ask("front",
                "SELECT min(step) FROM trials a WHERE NOT EXISTS (SELECT 1 FROM trials b WHERE "
                "b.predicted_accuracy >= a.predicted_accuracy AND b.macs <= a.macs AND "
                "(b.predicted_accuracy > a.predicted_accuracy OR b.macs < a.macs)) GROUP BY "
                "predicted_accuracy, macs ORDER BY predicted_accuracy DESC, macs"));
  std::string steps;
  for (const json& trial : run["front"]) {
    steps += std::to_string(trial["step"].get<int>()) + "\n";
  }
  EXPECT_EQ(steps, Ask("front", "SELECT step FROM pareto ORDER BY predicted_accuracy DESC, macs"));
}

// Area by area: from the cheapest architecture up, each adds the area of its gain in accuracy.
TEST_F(GoalsTest, TheHypervolumeIsThatOfTheFrontAboveTheReference) {
  const json out = Run("configs/ofa/front.toml", "nsga2", "front", {});
  const json& run = out["runs"][0];
  double area = 0;
  double floor = 70;
  json front = run["front"];
  std::reverse(front.begin(), front.end());
  for (const json& trial : front) {
    const double accuracy = trial["metrics"]["predicted_accuracy"];
    const double macs = trial["metrics"]["macs"];
    if (accuracy > floor && macs < 600e6) {
      area += (accuracy - floor) * (600e6 - macs);
      floor = accuracy;
    }
  }
  EXPECT_NEAR(run["hypervolume"].get<double>() / area, 1, 1e-12);
  EXPECT_EQ(out["summary"]["goals"][1]["reference"], 600e6);
  EXPECT_EQ(out["summary"]["hypervolume"]["count"], 2);
}

// The oracle that is listed first fails when asked for anything above the limit.
TEST_F(GoalsTest, RejectedArchitecturesAreNotSentToOtherOracles) {
  const std::vector<std::string> settings = {
      "plugins.paths=[\"" + std::string(LODE_BINARY_DIR) + "/tests/plugins/picky.lode.so\"]",
      "oracle=[{use=\"picky\", most=250e6}, {use=\"analytic\"}]",
      "reward={metric=\"score\", limits=[{metric=\"macs\", max=250e6}]}"};
  const json out = Run("configs/ofa/predictor.toml", "random", "kept", settings);
  EXPECT_EQ(out["runs"][0]["failures"], 0);
  EXPECT_GT(out["runs"][0]["rejections"], 10);
  std::vector<std::string> all_asked = settings;
  all_asked.insert(all_asked.end(), {"reward={metric=\"score\"}", "execution.max_failures=150"});
  EXPECT_GT(Run("configs/ofa/predictor.toml", "random", "asked", all_asked)["runs"][0]["failures"],
            10);
}

// Cells that are the same network share picky's answer, but have their own multiply-adds.
TEST_F(GoalsTest, AReusedResultMayBeOnTheFront) {
  const json out = RunJson(
      lode_,
      {SourceFile("configs/nb201/random.toml").string(), "--seeds", "40", "--out",
       (dir_.path() / "reused").string(), "--set", "budget={steps=1000, marks=[]}", "--set",
       "plugins.paths=[\"" + std::string(LODE_BINARY_DIR) + "/tests/plugins/picky.lode.so\"]",
       "--set", "oracle=[{use=\"picky\", most=1e9}, {use=\"analytic\", metrics=[\"params\"]}]",
       "--set", "reward={metric=\"score\", goals=[{metric=\"score\"}, {metric=\"params\"}]}"});
  bool reused = false;
  for (const json& run : out["runs"]) {
    const fs::path directory =
        dir_.path() / "reused" / ("seed-" + std::to_string(run["seed"].get<int>()));
    EXPECT_EQ(
        Select(directory, "SELECT step FROM pareto ORDER BY step"),
        Select(directory,
               "SELECT min(step) FROM trials a WHERE NOT EXISTS (SELECT 1 FROM trials b WHERE "
               "b.score >= a.score AND b.params <= a.params AND (b.score > a.score OR "
               "b.params < a.params)) GROUP BY score, params ORDER BY min(step)"));
    reused = reused || Select(directory, "SELECT count(*) FROM pareto WHERE reused") != "0\n";
  }
  EXPECT_TRUE(reused);
}

// Records of an exploration strategy for a step stay, however many proposals are rejected in it.
TEST_F(GoalsTest, RejectionsLoseNoRecords) {
  const json out = Run("configs/ofa/predictor.toml", "l2nas", "records",
                       {kCases[1].Limits(), "exploration=[{use=\"epsilon_greedy\"}]"});
  EXPECT_GT(out["runs"][0]["rejections"], 10);
  EXPECT_EQ(Ask("records", "SELECT count(*) FROM record WHERE name = 'epsilon'"), "150\n");
}

// 100^(80 / 0.2) overflows a double.
TEST_F(GoalsTest, ARewardThatIsNotANumberFailsTheTrial) {
  const Outcome outcome =
      lode_.Run({"run", SourceFile("configs/ofa/predictor.toml").string(), "--seeds", "1", "--set",
                 "optimizer.use=random", "--set", "reward.reference=0.2", "--out",
                 (dir_.path() / "inf").string()});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.out.find("10 trials in a row failed, the last one: the reward is infinite"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(Ask("inf", "SELECT DISTINCT failure FROM trials"), "the reward is infinite\n");
}

// 729 cells of NAS-Bench-201 have at most 8 million multiply-adds: finding them all ends a search.
TEST_F(GoalsTest, ASearchThatHasFoundEverythingWithinTheLimitsSucceeds) {
  const json out =
      RunJson(lode_, {SourceFile("configs/nb201/random.toml").string(), "--seeds", "1", "--set",
                      "optimizer.use=nsga2", "--set", "budget={steps=2000, marks=[]}", "--set",
                      "oracle={use=\"analytic\"}", "--set",
                      "reward={metric=\"params\", limits=[{metric=\"macs\", max=8e6}]}"});
  EXPECT_EQ(out["runs"][0]["status"], "stalled");
  EXPECT_LE(out["runs"][0]["steps"], 729);
  EXPECT_GT(out["runs"][0]["steps"], 700);
}

// The budget includes the cost of a limit: rejected cells were looked up in the table, too.
TEST_F(GoalsTest, AMeasurementThatRejectsIsAQuery) {
  const json out = RunJson(lode_, {SourceFile("configs/nb201/random.toml").string(), "--seeds", "1",
                                   "--set", "budget={unique_queries=500, marks=[]}", "--set",
                                   "reward.limits=[{metric=\"valid_accuracy\", min=91}]"});
  EXPECT_EQ(out["runs"][0]["unique_queries"], 500);
  EXPECT_LT(out["runs"][0]["steps"], 100);
  EXPECT_GT(out["runs"][0]["rejections"], 400);
}

TEST_F(GoalsTest, AnImpossibleLimitEndsTheRunWithAReason) {
  const Outcome outcome = lode_.Run({"run", SourceFile("configs/ofa/under_350m.toml").string(),
                                     "--seeds", "1", "--set", "optimizer.use=random", "--set",
                                     "reward.limits.0.max=1", "--set", "reward.max_rejections=50"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.out.find("none of the last 50 proposals keeps the limits"), std::string::npos)
      << outcome.out;
}

TEST_F(GoalsTest, UnknownMetricsAreNamedWithTheirPlace) {
  const std::string file = SourceFile("configs/ofa/under_350m.toml").string();
  const Outcome outcome = lode_.Run({"validate", file, "--set", "reward.limits.0.metric=mac"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("no oracle has the metric 'mac'; did you mean 'macs'?"),
            std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("under_350m.toml:"), std::string::npos) << outcome.err;
  EXPECT_EQ(lode_.Run({"run", file, "--set", "reward.limits.0.metric=mac"}).err, outcome.err);
  EXPECT_FALSE(fs::exists(dir_.path() / "runs"));
}

TEST_F(GoalsTest, ShowPrintsAnArchitectureItsMetricsAndItsDrawing) {
  const std::string cell =
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_"
      "connect~2|";
  const Outcome text = lode_.Run({"show", "nb201", cell});
  EXPECT_EQ(text.status, 0);
  EXPECT_NE(text.out.find("params = 129306\n"), std::string::npos) << text.out;
  const Outcome dot = lode_.Run({"show", "nb201", cell, "--dot"});
  EXPECT_EQ(dot.out.find("digraph {"), 0u);
  EXPECT_NE(dot.out.find("avg_pool_3x3"), std::string::npos);
  // Without a terminal no colors; the shipped table's results; the drawing.
  EXPECT_NE(text.out.find("\nnb201.table, cifar100: valid_accuracy = "), std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("node 2 ─ skip_connect ─┴─▶ output\n"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find('\033'), std::string::npos);
  EXPECT_EQ(lode_.Run({"show", "nb201", "0"}).out, text.out) << "the benchmark's number";
  const Outcome svg = lode_.Run({"show", "nb201", cell, "--svg"});
  EXPECT_EQ(svg.out.find("<svg "), 0u) << svg.err;
  const Outcome wrong = lode_.Run({"show", "nb201", cell + "x"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.err.find("lode: space 'nb201': column "), 0u) << wrong.err;
  const Outcome unknown = lode_.Run({"show", "nb201", cell, "--set", "chanels=16"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("did you mean 'channels'?"), std::string::npos) << unknown.err;
}

TEST_F(GoalsTest, ShowPrintsTheResultsOfTheUsersOwnTable) {
  const fs::path table = dir_.path() / "mine.csv";
  std::ofstream(table) << ",cell,accuracy\n0,11472,91.5\n";
  const auto show = [&](const std::string& cell) {
    return lode_.Run({"show", "nb201", cell, "--table", table.string(), "--key", "cell",
                      "--columns", "accuracy"});
  };
  const Outcome known = show("11472");
  EXPECT_NE(known.out.find("mine.csv: accuracy = 91.5"), std::string::npos)
      << known.out << known.err;
  const Outcome unknown = show("11473");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("none of its 1 architectures is"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace lode::core
