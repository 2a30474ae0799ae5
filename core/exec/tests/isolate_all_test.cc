// Searches in which every component is in a child process: the trials are the same, and nothing
// that a component does ends the program. Also the program's message when a component of its own
// process crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class IsolateAllTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(In("faulty.toml")) << R"([pipeline]
name = "faulty"
[space]
use = "faulty_search"
[oracle]
use = "cells"
[reward]
metric = "score"
transform = "identity"
[[exploration]]
use = "faulty_search"
[optimizer]
use = "faulty_search"
[budget]
steps = 60
[execution]
isolate = "all"
max_failures = 1000
)";
  }

  std::string In(const std::string& name) const { return (dir_.path() / name).string(); }

  Outcome Lode(const std::string& verb, const std::string& subject, const std::string& out,
               const std::vector<std::string>& changes) const {
    std::vector<std::string> arguments{
        "--plugin", (fs::path(LODE_BINARY_DIR) / "tests/plugins/faulty_search.lode.so").string(),
        verb, subject};
    if (verb == "run") { arguments.insert(arguments.end(), {"--out", In(out)}); }
    AppendSettings(arguments, changes);
    return lode_.Run(arguments);
  }

  // Everything that a run has stored.
  std::string Stored(const std::string& run) const {
    std::string text;
    for (const char* sql :
         {"SELECT * FROM trials", "SELECT hex(action) FROM trial", "SELECT * FROM evaluation",
          "SELECT * FROM record", "SELECT * FROM front"}) {
      text += Select(In(run), sql);
    }
    std::ostringstream policy;
    policy << std::ifstream(In(run) + "/policy", std::ios::binary).rdbuf();
    return text + policy.str();
  }

  void ExpectSame(const std::string& file, std::vector<std::string> changes) {
    const std::string name = std::to_string(++pairs_);
    const std::string here = "here-" + name, apart = "apart-" + name;
    changes.emplace_back("pipeline.seeds=[3]");
    EXPECT_EQ(Lode("run", file, here, changes).status, 0);
    changes.emplace_back("execution.isolate=all");
    const Outcome outcome = Lode("run", file, apart, changes);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_EQ(Stored(apart + "/seed-3"), Stored(here + "/seed-3")) << file;
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
  int pairs_ = 0;
};

TEST_F(IsolateAllTest, TrialsAreTheSameByteForByteForEveryOptimizer) {
  for (const char* optimizer :
       {"random", "rea", "local_search", "nsga2", "evolution", "bo", "reinforce", "tpe", "alphax",
        "hyperband", "bohb", "econas", "bananas", "npenas"}) {
    ExpectSame(SourceFile("configs/nb201/random.toml").string(),
               {std::string("optimizer.use=") + optimizer, "budget.steps=80"});
  }
  for (const char* optimizer : {"arch2vec_bo", "arch2vec_rl"}) {
    ExpectSame(SourceFile("configs/nb201/random.toml").string(),
               {std::string("optimizer={whole=0, pool=200, epochs=1, hidden=16, use=\"") +
                    optimizer + "\"}",
                "budget.steps=40"});
  }
  ExpectSame(SourceFile("configs/nb201/l2nas.toml").string(), {"budget={steps=60}"});
}

TEST_F(IsolateAllTest, LimitsFreeOraclesGoalsAndWorkersAreTheSame) {
  const std::string file = SourceFile("configs/nb201/random.toml").string();
  ExpectSame(file,
             {"optimizer.use=nsga2", "budget.steps=80",
              "reward={metric=\"valid_accuracy\", limits=[{metric=\"valid_accuracy\", min=60}], "
              "goals=[{metric=\"valid_accuracy\"}, {metric=\"test_accuracy\"}], allow_test=true}"});
  ExpectSame(file, {"execution.workers=3", "execution.isolate=true", "budget.steps=50"});
  ExpectSame(In("faulty.toml"), {"execution.isolate=true"});
}

TEST_F(IsolateAllTest, TrialsOfThreeWorkersAreTheSameForEveryOptimizer) {
  const std::string embedding = "whole=0, pool=100, epochs=1, hidden=16";
  const std::vector<std::string> optimizers{
      "use=\"bo\"",
      "use=\"reinforce\"",
      "use=\"tpe\"",
      "use=\"alphax\"",
      "use=\"hyperband\"",
      "use=\"bohb\"",
      "use=\"econas\"",
      "use=\"bananas\"",
      "use=\"npenas\"",
      "use=\"arch2vec_bo\", fit_epochs=2, " + embedding,
      "use=\"arch2vec_rl\", " + embedding,
      "use=\"l2nas\", preset=\"plus\", hidden_width=16, max_batches=4"};
  for (const std::string& optimizer : optimizers) {
    ExpectSame(SourceFile("configs/nb201/random.toml").string(),
               {"optimizer={" + optimizer + "}", "execution.workers=3", "execution.isolate=true",
                "budget.steps=40"});
  }
}

// The component that fails, where it fails, and its name.
struct Case {
  const char* component;  // its table in the pipeline
  const char* from;
  const char* title;
};

constexpr Case kCases[] = {{"space", "create", "space 'faulty_search'"},
                           {"space", "format", "space 'faulty_search'"},
                           {"space", "canonical", "space 'faulty_search'"},
                           {"exploration.0", "explore", "exploration 'faulty_search'"},
                           {"exploration.0", "perturb", "exploration 'faulty_search'"},
                           {"optimizer", "bind", "optimizer 'faulty_search'"},
                           {"optimizer", "ask", "optimizer 'faulty_search'"},
                           {"optimizer", "tell", "optimizer 'faulty_search'"}};

TEST_F(IsolateAllTest, AComponentThatEndsItsProcessFailsTheRunWhichCanBeResumed) {
  ASSERT_EQ(Lode("run", In("faulty.toml"), "whole", {}).status, 0);
  const std::string whole = Stored("whole/seed-0");
  const char* const faults[] = {"segv", "abort", "exit", "kill", "overflow"};
  int i = 0;
  for (const Case& c : kCases) {
    const std::string table = c.component, out = "run-" + std::to_string(i);
    const bool early = std::string(c.from) == "create" || std::string(c.from) == "bind";
    const Outcome outcome = Lode("run", In("faulty.toml"), out,
                                 {table + ".from=" + c.from, table + ".fault=" + faults[i % 5],
                                  table + (early ? ".after=0" : ".after=20"),
                                  table + ".once=" + (early ? "" : In("once-" + out))});
    ++i;
    // Oracle processes make the space too, and such a process is restarted first.
    const bool refused = early && table != "space";
    EXPECT_EQ(outcome.status, refused ? 2 : 3) << c.from << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(std::string(c.title) + ": ")) << c.from;
    if (!early) {
      EXPECT_TRUE(fs::exists(In("once-" + out))) << c.from;
      const Outcome resumed = Lode("resume", In(out), "", {});
      EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
      EXPECT_EQ(Stored(out + "/seed-0"), whole) << c.from;
    }
  }
}

TEST_F(IsolateAllTest, AComponentThatHangsIsEndedByTheTimeout) {
  const Outcome outcome = Lode("run", In("faulty.toml"), "hangs",
                               {"optimizer.from=ask", "optimizer.fault=hang", "optimizer.after=30",
                                "execution.timeout_seconds=4", "optimizer.once=" + In("once")});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out,
              HasSubstr("optimizer 'faulty_search': took longer than the timeout of 4 s"));
  EXPECT_EQ(Lode("resume", In("hangs"), "", {}).status, 0);
  EXPECT_TRUE(OwnChildren().empty());
}

TEST_F(IsolateAllTest, AnInterruptionReachesTheSearchWhereverItIs) {
  for (const char* from : {"none", "ask"}) {
    const pid_t program = lode_.Start(
        {"--plugin", (fs::path(LODE_BINARY_DIR) / "tests/plugins/faulty_search.lode.so").string(),
         "run", In("faulty.toml"), "--out", In(from), "--set", "budget.steps=100000000", "--set",
         std::string("optimizer.from=") + from, "--set", "optimizer.fault=hang", "--set",
         "optimizer.after=20", "--set", "optimizer.once=" + In(std::string("once-") + from)});
    ASSERT_TRUE(WaitUntil([&] {
      return fs::exists(In(std::string(from) + "/seed-0/run.db")) &&
             (from == std::string("none") || fs::exists(In("once-ask")));
    }));
    kill(program, SIGINT);
    const Outcome outcome = lode_.Finish(program);
    EXPECT_EQ(outcome.status, 130) << outcome.out << outcome.err;
    EXPECT_EQ(
        Select(In(std::string(from) + "/seed-0"), "SELECT value FROM meta WHERE key = 'status'"),
        "interrupted\n");
  }
}

// ---- in the program's own process

#ifndef LODE_TEST_SANITIZED
TEST_F(IsolateAllTest, ACrashWithoutIsolationNamesTheComponentOnOneLine) {
  const struct {
    const char* fault;
    int signal;
    const char* description;
  } kCrashes[] = {{"segv", SIGSEGV, "Segmentation fault (signal 11)"},
                  {"abort", SIGABRT, "Aborted (signal 6)"},
                  {"overflow", SIGSEGV, "Segmentation fault (signal 11)"}};
  int i = 0;
  for (const Case& c : kCases) {
    const auto& crash = kCrashes[i++ % 3];
    const std::string table = c.component;
    const Outcome outcome = Lode(
        "run", In("faulty.toml"), "crash-" + std::to_string(i),
        {"execution.isolate=false", table + ".from=" + c.from, table + ".fault=" + crash.fault});
    EXPECT_EQ(outcome.status, 128 + crash.signal) << c.from << outcome.out << outcome.err;
    EXPECT_EQ(outcome.err, "lode: " + std::string(c.title) + ": " + crash.description + "\n")
        << c.from;
  }
}

TEST_F(IsolateAllTest, ALibraryMayHandleTheSignalsOfCrashes) {
  const std::string plugin =
      (fs::path(LODE_BINARY_DIR) / "tests/plugins/library_signals.lode.so").string();
  const Outcome verified = lode_.Run({"verify", plugin});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}
#endif

}  // namespace
}  // namespace lode::core
