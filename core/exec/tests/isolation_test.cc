// Whole runs whose oracle fails in every way: each fault costs its trials, with the reason stored,
// and no processes or descriptors are left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class IsolationTest : public testing::Test {
 protected:
  ~IsolationTest() override {
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); }));
  }

  // Random search on nb201, whose trials do not depend on results, kept in `out`.
  std::vector<std::string> Arguments(const std::string& out,
                                     const std::vector<std::string>& overrides) const {
    std::vector<std::string> arguments = {
        "--plugin", (fs::path(LODE_BINARY_DIR) / "tests/plugins/faulty_oracle.lode.so").string(),
        "run",      SourceFile("configs/nb201/random.toml").string(),
        "--seeds",  "1",
        "--out",    (directory_.path() / out).string()};
    std::vector<std::string> changes = {"oracle.use=faulty_oracle", "oracle.every=7",
                                        "oracle.notes=" + notes_.string(), "budget={steps=60}",
                                        "reward={metric=\"checksum\"}"};
    AppendSettings(arguments, changes);
    AppendSettings(arguments, overrides);
    return arguments;
  }

  Outcome Run(const std::string& out, const std::vector<std::string>& overrides) const {
    return lode_.Run(Arguments(out, overrides));
  }

  std::string Rows(const std::string& out, const std::string& sql) const {
    return Select(directory_.path() / out / "seed-0", sql.c_str());
  }

  // Checks that the run has lost exactly the trials that it should lose, for this reason.
  void ExpectLost(const std::string& out, const std::string& reason, int every) const {
    EXPECT_EQ(Rows(out,
                   "SELECT step, architecture, checksum FROM trials WHERE failure IS NULL "
                   "ORDER BY step"),
              Rows("sound", "SELECT step, architecture, checksum FROM trials WHERE checksum % " +
                                std::to_string(every) + " != 0 ORDER BY step"));
    EXPECT_EQ(Rows(out, "SELECT count(*) FROM trials"), "60\n");
    const std::string reasons = Rows(out, "SELECT DISTINCT failure FROM failures");
    EXPECT_EQ(Lines(reasons).size(), 1u) << reasons;
    EXPECT_THAT(reasons, HasSubstr(reason));
  }

  // At no time are more descriptors open than a run may need, which is far fewer than one for every
  // hundredth trial.
  void ExpectNoDescriptorLost(const std::vector<std::string>& overrides) {
    const pid_t run = lode_.Start(Arguments("long", overrides));
    std::size_t most = 0;
    while (Lives(run)) {
      most = std::max(most, OpenDescriptors(run));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(lode_.Finish(run).status, 0);
    EXPECT_GT(most, 3u);
    EXPECT_LT(most, 40u);
    EXPECT_EQ(Rows("long", "SELECT count(*) FROM trials"), "10000\n");
  }

  std::string ReadNotes() const {
    std::ostringstream text;
    text << std::ifstream(notes_).rdbuf();
    return text.str();
  }

  const TemporaryDirectory directory_;
  const fs::path notes_ = directory_.path() / "notes";
  const Program lode_{directory_.path()};
};

struct Fault {
  const char* name;
  const char* reason;
  int every = 7;  // multiple of the checksums that fails
  std::vector<std::string> limits{};
};

TEST_F(IsolationTest, EveryFaultCostsOnlyItsTrials) {
  ASSERT_EQ(Run("sound", {}).status, 0);
  std::vector<Fault> faults = {
      {"crash",
       "oracle process: killed by signal 11 (Segmentation fault); last output: the last words"},
      {"abort", "oracle process: killed by signal 6 (Aborted)"},
      {"exit", "oracle process: exited with status "},
      {"rubbish", "oracle process: a message is broken: "},
      {"nan", "metric 'checksum' is not a number"},
      {"nothing", "oracle 'faulty_oracle': "},
      {"child", "oracle process: killed by signal 11"},
      {"daemon", "oracle process: killed by signal 11"},
      {"hermit", "oracle process: killed by signal 11"},
      {"hang",
       "oracle process: took longer than the timeout of 2 s",
       29,
       {"execution.timeout_seconds=2"}},
  };
  if (kMemoryIsOurs) {
    faults.push_back({"leak",
                      "oracle process: took more memory than the limit of 400 MiB",
                      29,
                      {"execution.memory_limit=400"}});
    faults.push_back({"hoard",
                      "oracle process: took more memory than the limit of 400 MiB",
                      29,
                      {"execution.memory_limit=400"}});
  }
  for (const Fault& fault : faults) {
    std::vector<std::string> overrides = fault.limits;
    overrides.insert(overrides.end(),
                     {"oracle.fault='" + std::string(fault.name) + "'",
                      "oracle.every=" + std::to_string(fault.every), "execution.workers=2"});
    const Outcome outcome = Run(fault.name, overrides);
    EXPECT_EQ(outcome.status, 0) << fault.name << "\n" << outcome.err;
    ExpectLost(fault.name, fault.reason, fault.every);
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); })) << fault.name;
  }
}

TEST_F(IsolationTest, OutputOfOraclesIsHidden) {
  ASSERT_EQ(Run("sound", {}).status, 0);
  const Outcome outcome =
      Run("talk", {"oracle.fault=talk", "oracle.every=1", "execution.isolate=true"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ((outcome.out + outcome.err).find("nobody reads"), std::string::npos) << outcome.err;
  EXPECT_EQ(Rows("talk", "SELECT * FROM trials ORDER BY step"),
            Rows("sound", "SELECT * FROM trials ORDER BY step"));
}

TEST_F(IsolationTest, ARunWhoseEveryTrialCrashesEnds) {
  const Outcome outcome = Run("all", {"oracle.fault=crash", "oracle.every=1",
                                      "execution.max_failures=3", "execution.workers=2"});
  EXPECT_EQ(outcome.status, 3) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("3 trials in a row failed, the last one: oracle process: "
                                     "killed by signal 11 (Segmentation fault)"));
}

TEST_F(IsolationTest, AnOracleThatCannotBeCreatedIsReported) {
  const Outcome outcome = Run("not", {"oracle.create=throws", "execution.isolate=true"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "lode: oracle 'faulty_oracle': thrown from create\n");
}

TEST_F(IsolationTest, TenThousandTrialsLoseNoDescriptorInProcess) {
  ExpectNoDescriptorLost({"budget={steps=10000}"});
}

TEST_F(IsolationTest, TenThousandTrialsLoseNoDescriptorWithWorkersThatCrash) {
  ExpectNoDescriptorLost(
      {"budget={steps=10000}", "execution.workers=2", "oracle.fault=crash", "oracle.every=101"});
}

TEST_F(IsolationTest, ARunThatIsKilledLeavesNoProcess) {
  for (const char* fault : {"sleep", "hang"}) {
    const pid_t run = lode_.Start(Arguments(
        fault, {std::string("oracle.fault=") + fault, "oracle.every=1", "execution.workers=2"}));
    ASSERT_TRUE(WaitUntil([&] { return LivingOf(notes_).size() >= 4; }));
    kill(run, SIGKILL);
    lode_.Finish(run);
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); })) << fault;
  }
}

TEST_F(IsolationTest, ARunThatIsKilledLeavesNoProcessesOfItsOracles) {
  const pid_t run = lode_.Start(
      Arguments("hermits", {"oracle.fault=hermit", "oracle.every=3", "execution.isolate=true",
                            "oracle.delay_ms=100", "execution.max_failures=1000"}));
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(notes_) && Lines(ReadNotes()).size() >= 3; }));
  kill(run, SIGKILL);
  lode_.Finish(run);
  EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); }));
}

TEST_F(IsolationTest, AnInterruptedRunDoesNotWaitForAnOracleThatIgnoresIt) {
  const pid_t run = lode_.Start(
      Arguments("deaf", {"oracle.fault=hang", "oracle.every=1", "execution.workers=2"}));
  ASSERT_TRUE(WaitUntil([&] { return LivingOf(notes_).size() >= 4; }));
  const auto asked = std::chrono::steady_clock::now();
  kill(run, SIGTERM);
  EXPECT_EQ(lode_.Finish(run).status, 130);
  EXPECT_LT(std::chrono::steady_clock::now() - asked,
            std::chrono::minutes(5));  // not forever
  EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); }));
}

}  // namespace
}  // namespace lode::core
