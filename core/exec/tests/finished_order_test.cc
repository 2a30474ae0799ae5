// execution.order = "finished": results are told as they finish, and a resumed run takes them in
// the same order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
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
using testing::StartsWith;

namespace fs = std::filesystem;

const char kTaken[] = "SELECT step FROM taken ORDER BY position";
const char kTrials[] =
    "SELECT taken.step, reward, hex(action), architecture FROM taken JOIN trial USING (step) JOIN "
    "evaluation ON evaluation.id = trial.evaluation ORDER BY position";

class FinishedOrderTest : public testing::Test {
 protected:
  // `oracle`: the rest of its table.
  std::vector<std::string> Run(const std::string& oracle, int steps,
                               const std::string& execution = "") const {
    const fs::path file = directory_.path() / "search.toml";
    std::ofstream(file) << "[pipeline]\nname = \"finished\"\n[space]\nuse = \"nb201\"\n[[oracle]]\n"
                        << oracle
                        << "\n[reward]\nmetric = \"score\"\n[optimizer]\nuse = \"rea\"\npopulation "
                           "= 5\nsample = 2\n[execution]\nworkers = 3\norder = \"finished\"\n"
                        << execution << "\n[budget]\nsteps = " << steps << "\n";
    return {"run", file.string(), "--out", out().string()};
  }
  fs::path out() const { return directory_.path() / "out"; }
  fs::path run() const { return out() / "seed-0"; }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());
};

// In the order of asking, the other two workers would wait for the first evaluation, and it for
// them. Any of the three workers may be the first to begin, and the two others may each have ended
// an evaluation that is not taken yet.
TEST_F(FinishedOrderTest, ASlowEvaluationHoldsUpNobody) {
  const Outcome outcome = lode_.Run(Run("use = \"concurrent\"\nfirst_waits_for = 10", 30));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Select(run(), "SELECT count(*) FROM trial"), "30\n");
  EXPECT_EQ(Select(run(), "SELECT max(position) >= 8 FROM taken WHERE step < 3"), "1\n");
  EXPECT_EQ(Select(run(),
                   "SELECT max(worker) < 3, count(*) = (SELECT count(*) FROM evaluation), "
                   "min(seconds) >= 0, min(start) > 1e9 FROM timing"),
            "1|1|1|1\n");
  EXPECT_EQ(lode_.Run({"check", out().string()}).status, 0);
}

TEST_F(FinishedOrderTest, AnExtendedRunContinuesAfterTheSameTrials) {
  ASSERT_EQ(lode_.Run(Run("use = \"concurrent\"\nfirst_waits_for = 5", 15)).status, 0);
  const std::string taken = Select(run(), kTaken), trials = Select(run(), kTrials);
  const Outcome outcome = lode_.Run({"resume", out().string(), "--extend", "steps=30"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(Select(run(), kTaken), StartsWith(taken));
  EXPECT_THAT(Select(run(), kTrials), StartsWith(trials));
  EXPECT_EQ(Select(run(), "SELECT count(*) FROM trial"), "30\n");
}

TEST_F(FinishedOrderTest, AChangedOrderIsNoticed) {
  ASSERT_EQ(lode_.Run(Run("use = \"concurrent\"\nfirst_waits_for = 5", 15)).status, 0);
  const std::string change = "sqlite3 '" + (run() / "run.db").string() +
                             "' \"UPDATE taken SET step = 14, _checksum = NULL WHERE position = 0; "
                             "INSERT INTO meta(key, value) VALUES('rows_without_checksum', 2)\"";
  ASSERT_EQ(std::system(change.c_str()), 0);
  const Outcome outcome = lode_.Run({"resume", out().string(), "--extend", "steps=30"});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("the stored run took step 14 as number 1"));
  EXPECT_EQ(Select(run(), "SELECT count(*) FROM trial"), "15\n");
}

TEST_F(FinishedOrderTest, AnOptimizerThatNeedsTheOrderOfAskingIsRefused) {
  auto arguments = Run("use = \"concurrent\"", 15);
  arguments.insert(arguments.end(), {"--set", "optimizer={use=\"in_order\"}"});
  const Outcome outcome = lode_.Run(arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("optimizer 'in_order' must learn results in the order of its "
                                     "proposals: it needs order = \"asked\""));
}

// With threads, with processes, and with a process for the search itself.
class KilledInAnyOrder : public FinishedOrderTest,
                         public testing::WithParamInterface<const char*> {};

TEST_P(KilledInAnyOrder, ARunThatIsKilledContinuesAfterTheSameTrials) {
  const auto arguments = Run("use = \"concurrent\"\nfails_every = 7\nmilliseconds = 20", 100,
                             std::string("max_failures = 100\nisolate = ") + GetParam());
  const pid_t child = lode_.Start(arguments);
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(run() / "run.db"); }));
  ASSERT_TRUE(
      WaitUntil([&] { return std::stoi(Select(run(), "SELECT count(*) FROM taken")) >= 20; }));
  kill(child, SIGKILL);
  lode_.Finish(child);
  const std::string taken = Select(run(), kTaken), trials = Select(run(), kTrials);
  const Outcome outcome = lode_.Run({"resume", out().string()});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(Select(run(), kTaken), StartsWith(taken));
  EXPECT_THAT(Select(run(), kTrials), StartsWith(trials));
  EXPECT_EQ(Select(run(), "SELECT count(*) FROM trial"), "100\n");
}

INSTANTIATE_TEST_SUITE_P(Isolation, KilledInAnyOrder, testing::Values("false", "true", "\"all\""));

}  // namespace
}  // namespace lode::core
