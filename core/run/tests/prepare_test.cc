// An oracle's preparation runs once, whoever needs it and however the program ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class PrepareTest : public testing::Test {
 protected:
  // Random search on nb201, kept in `out`.
  std::vector<std::string> Arguments(const std::string& out, const std::string& seeds,
                                     const std::vector<std::string>& overrides = {}) const {
    std::vector<std::string> arguments = {
        "--plugin", (fs::path(LODE_BINARY_DIR) / "tests/plugins/prepared_oracle.lode.so").string(),
        "run",      SourceFile("configs/nb201/random.toml").string(),
        "--seeds",  seeds,
        "--out",    (directory_.path() / out).string()};
    std::vector<std::string> changes = {"oracle.use=prepared_oracle",
                                        "oracle.notes=" + notes_.string(), "budget={steps=20}",
                                        "reward={metric=\"score\"}"};
    AppendSettings(arguments, changes);
    AppendSettings(arguments, overrides);
    return arguments;
  }

  // Returns the number of training steps taken.
  std::size_t Steps() const {
    std::ifstream notes(notes_);
    const std::string text((std::istreambuf_iterator<char>(notes)), {});
    return Lines(text).size();
  }

  std::string Scores(const std::string& run) const {
    return Select(directory_.path() / run,
                  "SELECT step, architecture, score FROM trials ORDER BY step");
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
  const fs::path notes_ = directory_.path() / "notes";
};

TEST_F(PrepareTest, IsDoneOnceForAllSeedsAndWorkers) {
  for (const char* workers :
       {"execution.isolate=false", "execution.isolate=true", "execution.workers=3"}) {
    const Outcome outcome = lode_.Run(Arguments("out", "3", {"oracle.steps=4", workers}));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(Steps(), 4u) << workers;
    EXPECT_EQ(Select(directory_.path() / "out/seed-2", "SELECT min(score) >= 4 FROM trials"),
              "1\n");
    fs::remove_all(directory_.path() / "out");
    fs::remove(notes_);
  }
}

TEST_F(PrepareTest, IsDoneOnceForTwoProcesses) {
  const std::vector<std::string> slow = {"oracle.steps=10", "oracle.delay_ms=20"};
  const pid_t first = lode_.Start(Arguments("out", "0,", slow));
  const pid_t second = lode_.Start(Arguments("out", "1,", slow));
  EXPECT_EQ(lode_.Finish(first).status, 0);
  EXPECT_EQ(lode_.Finish(second).status, 0);
  EXPECT_EQ(Steps(), 10u);
}

TEST_F(PrepareTest, IsDoneAgainForOtherParameters) {
  ASSERT_EQ(lode_.Run(Arguments("out", "1", {"oracle.steps=4"})).status, 0);
  auto again = Arguments("out", "1", {"oracle.steps=3"});
  again.emplace_back("--fresh");
  ASSERT_EQ(lode_.Run(again).status, 0);
  EXPECT_EQ(Steps(), 7u);
}

TEST_F(PrepareTest, IsDoneAgainWithAnotherNumberOfThreads) {
  for (const char* isolate : {"execution.isolate=false", "execution.isolate=true"}) {
    for (const char* threads : {"execution.threads=1", "execution.threads=3"}) {
      auto arguments = Arguments("out", "1", {"oracle.steps=2", isolate, threads});
      arguments.emplace_back("--fresh");
      const Outcome outcome = lode_.Run(arguments);
      ASSERT_EQ(outcome.status, 0) << outcome.err;
      EXPECT_EQ(Select(directory_.path() / "out/seed-0",
                       "SELECT DISTINCT value FROM record WHERE name = 'threads'"),
                std::string(1, std::string(threads).back()) + ".0\n")
          << isolate;
    }
  }
  EXPECT_EQ(Steps(), 4u);  // once for each number
}

TEST_F(PrepareTest, ContinuesAfterAKill) {
  const std::vector<std::string> slow = {"oracle.steps=20", "oracle.delay_ms=10"};
  ASSERT_EQ(lode_.Run(Arguments("whole", "1", slow)).status, 0);
  for (const char* isolate : {"execution.isolate=false", "execution.isolate=true"}) {
    fs::remove(notes_);
    std::vector<std::string> arguments = Arguments("killed", "1", slow);
    arguments.insert(arguments.end(), {"--set", isolate});
    const pid_t child = lode_.Start(arguments);
    ASSERT_TRUE(WaitUntil([&] { return Steps() >= 5; }));
    kill(child, SIGKILL);
    lode_.Finish(child);
    arguments.emplace_back("--resume");
    const Outcome outcome = lode_.Run(arguments);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_GE(Steps(), 19u);  // the kill may come between a checkpoint and its note
    EXPECT_LE(Steps(), 21u);
    EXPECT_EQ(Scores("killed/seed-0"), Scores("whole/seed-0"));
    fs::remove_all(directory_.path() / "killed");
  }
}

TEST_F(PrepareTest, EndsOnCancellationAndContinuesLater) {
  const std::vector<std::string> slow = {"oracle.steps=50", "oracle.delay_ms=10"};
  std::vector<std::string> arguments = Arguments("out", "2", slow);
  const pid_t child = lode_.Start(arguments);
  ASSERT_TRUE(WaitUntil([&] { return Steps() >= 5; }));
  kill(child, SIGINT);
  EXPECT_EQ(lode_.Finish(child).status, 130);
  const std::size_t before = Steps();
  EXPECT_LT(before, 50u);
  arguments.emplace_back("--resume");
  ASSERT_EQ(lode_.Run(arguments).status, 0);
  EXPECT_EQ(Steps(), 50u);
}

TEST_F(PrepareTest, TheTimeoutAppliesOnlyToEvaluations) {
  const Outcome outcome =
      lode_.Run(Arguments("out", "1",
                          {"oracle.steps=30", "oracle.delay_ms=100", "execution.isolate=true",
                           "execution.timeout_seconds=2"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Select(directory_.path() / "out/seed-0", "SELECT count(*) FROM failures"), "0\n");
}

}  // namespace
}  // namespace lode::core
