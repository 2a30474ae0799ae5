// However a run ends, continuing it gives the trials that it would have had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
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

namespace fs = std::filesystem;

class ResumeTest : public testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::string& pipeline, const std::string& out,
                                     const std::vector<std::string>& overrides) const {
    std::vector<std::string> arguments = {
        "run",     SourceFile("configs/nb201/" + pipeline + ".toml").string(),
        "--seeds", "1",
        "--out",   (directory_.path() / out).string()};
    AppendSettings(arguments, overrides);
    return arguments;
  }

  // A search whose oracle takes a millisecond.
  std::vector<std::string> Slow(const std::string& pipeline, const std::string& out, int workers,
                                int steps = 250) const {
    std::vector<std::string> arguments = Arguments(
        pipeline, out,
        {"oracle.use=faulty_oracle", "oracle.delay_ms=1", "oracle.fault=\"nan\"", "oracle.every=7",
         "reward={metric=\"checksum\"}", "budget={steps=" + std::to_string(steps) + "}",
         "execution.workers=" + std::to_string(workers)});
    const fs::path plugin = fs::path(LODE_BINARY_DIR) / "tests/plugins/faulty_oracle.lode.so";
    arguments.insert(arguments.begin(), {"--plugin", plugin.string()});
    return arguments;
  }

  static std::vector<std::string> Resuming(std::vector<std::string> arguments) {
    arguments.emplace_back("--resume");
    return arguments;
  }

  // Starts a search and waits until it stores trials.
  pid_t StartStoring(const std::vector<std::string>& arguments, const std::string& out) const {
    const pid_t child = lode_.Start(arguments);
    EXPECT_TRUE(
        WaitUntil([&] { return fs::exists(directory_.path() / out / "seed-0/run.db-wal"); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return child;
  }

  std::string DumpOf(const std::string& out) const {
    return Dump(directory_.path() / out / "seed-0");
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(ResumeTest, ARunThatIsKilledAsItsStoreAppearsContinues) {
  ASSERT_EQ(lode_.Run(Arguments("rea", "whole", {"budget.steps=50"})).status, 0);
  for (int i = 0; i < 5; ++i) {
    const pid_t child = lode_.Start(Arguments("rea", "killed", {"budget.steps=50"}));
    const fs::path store = directory_.path() / "killed/seed-0/run.db";
    while (access(store.c_str(), F_OK) != 0 && Lives(child)) {}
    kill(child, SIGKILL);
    lode_.Finish(child);
    const Outcome outcome = lode_.Run({"resume", (directory_.path() / "killed").string()});
    ASSERT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_EQ(DumpOf("killed"), DumpOf("whole"));
    fs::remove_all(directory_.path() / "killed");
  }
}

TEST_F(ResumeTest, AnInterruptedRunContinuesFromItsDirectoryAlone) {
  ASSERT_EQ(lode_.Run(Slow("rea", "whole", 1)).status, 0);
  // The same trials, too slowly to end before the signal comes.
  std::vector<std::string> again = Slow("rea", "stopped", 1);
  again.insert(again.end(), {"--set", "oracle.delay_ms=10"});
  const pid_t child = StartStoring(again, "stopped");
  kill(child, SIGINT);
  EXPECT_EQ(lode_.Finish(child).status, 130);
  EXPECT_THAT(lode_.Run(again).err, HasSubstr("holds an unfinished run; --resume continues it"));
  again.resize(2);  // --plugin FILE
  again.insert(again.end(), {"resume", (directory_.path() / "stopped").string()});
  const Outcome outcome = lode_.Run(again);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(DumpOf("stopped"), DumpOf("whole"));
}

TEST_F(ResumeTest, AnExtendedRunIsTheLongerRun) {
  const std::string out = (directory_.path() / "grown").string();
  ASSERT_EQ(lode_.Run(Arguments("l2nas", "whole", {"budget.steps=400"})).status, 0);
  ASSERT_EQ(lode_.Run(Arguments("l2nas", "grown", {"budget.steps=200"})).status, 0);
  ASSERT_EQ(lode_.Run({"resume", out, "--extend", "steps=400"}).status, 0);
  EXPECT_EQ(DumpOf("grown"), DumpOf("whole"));
  const Outcome less = lode_.Run({"resume", out, "--extend", "steps=100"});
  EXPECT_EQ(less.status, 3);
  EXPECT_THAT(less.out + less.err, HasSubstr("ends after 100 steps now, 400 are stored"));
  const std::string count = "SELECT count(*), max(step) FROM trial";
  EXPECT_EQ(Select(fs::path(out) / "seed-0", count.c_str()), "400|399\n");
}

TEST_F(ResumeTest, ChangesAreNamed) {
  const std::string out = (directory_.path() / "out").string();
  ASSERT_EQ(lode_.Run(Arguments("rea", "out", {"budget.steps=50"})).status, 0);
  const Outcome changed =
      lode_.Run(Resuming(Arguments("rea", "out", {"budget.steps=50", "optimizer.sample=4"})));
  EXPECT_EQ(changed.status, 2);
  EXPECT_THAT(changed.err, HasSubstr("was [optimizer] sample = 10, is [optimizer] sample = 4"));

  const fs::path versions = fs::path(out) / "seed-0" / "versions.json";
  std::ifstream in(versions);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  text.replace(text.find("\"version\": \"1.0.0\""), 18, "\"version\": \"0.9.0\"");
  std::ofstream(versions) << text;
  const Outcome older = lode_.Run({"resume", out});
  EXPECT_EQ(older.status, 2);
  EXPECT_THAT(older.err, HasSubstr("space 'nb201' was 0.9.0, is 1.0.0"));
  EXPECT_EQ(lode_.Run({"resume", out, "--force"}).status, 0);
}

// Runs that were stored before a component had a parameter.
TEST_F(ResumeTest, ANewParameterHasItsDefault) {
  const fs::path out = directory_.path() / "out", file = out / "seed-0" / "pipeline.toml";
  ASSERT_EQ(lode_.Run(Arguments("rea", "out", {"budget.steps=20"})).status, 0);
  std::ifstream in(file);
  std::string text, line;
  while (std::getline(in, line)) {
    const bool is_new = line.starts_with("mutation = ") || line.starts_with("# checksum");
    text += is_new ? "" : line + "\n";
  }
  std::ofstream(file) << text;
  const Outcome outcome = lode_.Run({"resume", out.string(), "--extend", "steps=30"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Select(out / "seed-0", "SELECT count(*) FROM trial"), "30\n");
}

TEST_F(ResumeTest, ATrialWithAnotherResultIsNamed) {
  const fs::path out = directory_.path() / "out";
  ASSERT_EQ(lode_.Run(Arguments("rea", "out", {"budget.steps=50"})).status, 0);
  const std::string change = "sqlite3 '" + (out / "seed-0" / "run.db").string() +
                             "' \"UPDATE trial SET reward = 1, _checksum = NULL WHERE step = 17; "
                             "INSERT INTO meta(key, value) VALUES('rows_without_checksum', 2)\"";
  ASSERT_EQ(std::system(change.c_str()), 0);
  const Outcome outcome = lode_.Run({"resume", out.string(), "--extend", "steps=60"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("step 17: reward now"));
  EXPECT_EQ(Select(out / "seed-0", "SELECT count(*) FROM trial"), "50\n");
}

TEST_F(ResumeTest, TwoProcessesDoNotShareARun) {
  const pid_t first = StartStoring(Slow("rea", "out", 1, 100000), "out");
  const Outcome second = lode_.Run(Resuming(Slow("rea", "out", 1, 100000)));
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.err,
              HasSubstr("process " + std::to_string(first) + " is working on this run"));
  kill(first, SIGTERM);
  EXPECT_EQ(lode_.Finish(first).status, 130);
}

TEST_F(ResumeTest, ACorruptStoreIsNamedAndLeftUnchanged) {
  const fs::path store = directory_.path() / "out" / "seed-0" / "run.db";
  ASSERT_EQ(lode_.Run(Arguments("rea", "out", {"budget.steps=50"})).status, 0);
  std::ofstream(store, std::ios::binary) << "This is not a database, whatever its name says.";
  const Outcome outcome = lode_.Run({"resume", store.parent_path().string()});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("run.db: file is not a database"));
  EXPECT_EQ(fs::file_size(store), 47u);
}

TEST_F(ResumeTest, AModifiedDirectoryIsNamed) {
  const fs::path run = directory_.path() / "out" / "seed-0";
  ASSERT_EQ(lode_.Run(Arguments("rea", "out", {"budget.steps=50"})).status, 0);
  std::ofstream(run / "versions.json") << "{}";
  const Outcome versions = lode_.Run({"resume", run.string()});
  EXPECT_EQ(versions.status, 2);
  EXPECT_THAT(versions.err, HasSubstr((run / "versions.json").string() + ": "));
  fs::rename(run, directory_.path() / "out" / "the-best");
  const Outcome renamed = lode_.Run({"resume", (directory_.path() / "out").string()});
  EXPECT_EQ(renamed.status, 2);
  EXPECT_THAT(renamed.err, HasSubstr("out/the-best: expected the name of a run, like seed-0"));
}

// The format before the current one, as the program wrote it then.
TEST_F(ResumeTest, AnOlderStoreIsConvertedToTheCurrentFormat) {
  const fs::path out = directory_.path() / "old";
  ASSERT_EQ(lode_.Run(Arguments("rea", "old", {"budget.steps=6"})).status, 0);
  ASSERT_EQ(lode_.Run(Arguments("rea", "whole", {"budget.steps=9"})).status, 0);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::remove((out / "seed-0" / "run.db").string() + suffix);
  }
  const std::string load = "sqlite3 '" + (out / "seed-0" / "run.db").string() + "' < '" +
                           SourceFile("core/run/tests/format2.sql").string() + "'";
  ASSERT_EQ(std::system(load.c_str()), 0);
  const Outcome outcome = lode_.Run({"resume", out.string(), "--extend", "steps=9", "--force"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  const char* trials =
      "SELECT step, architecture, reward, valid_accuracy FROM trials ORDER BY step";
  EXPECT_EQ(Select(out / "seed-0", trials), Select(directory_.path() / "whole" / "seed-0", trials));
}

}  // namespace
}  // namespace lode::core
