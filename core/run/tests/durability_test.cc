// Disks that run full and users who do not wait: stored data stays, and `lode show` reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
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
using testing::StartsWith;

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

const std::string kFaulty = LODE_BINARY_DIR "/tests/plugins/faulty_oracle.lode.so";

// A file system of limited size in a directory, if this process may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path where) : where_(std::move(where)) {
    fs::create_directory(where_);
    mounted_ = mount("lode-test", where_.c_str(), "tmpfs", 0, "size=2m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) { umount2(where_.c_str(), MNT_DETACH); }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_mounted() const { return mounted_; }
  bool Change(unsigned long flags, const char* options) const {
    return mount("lode-test", where_.c_str(), "tmpfs", MS_REMOUNT | flags, options) == 0;
  }

 private:
  const fs::path where_;
  bool mounted_ = false;
};

class DurabilityTest : public testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::string& out, int steps) const {
    return {"run",     SourceFile("configs/nb201/rea.toml").string(),
            "--seeds", "1",
            "--set",   "budget={steps=" + std::to_string(steps) + "}",
            "--out",   (directory_.path() / out).string()};
  }

  // A search whose oracle hangs at about every twentieth architecture, and then ignores signals.
  std::vector<std::string> HangingSearch(const std::string& out,
                                         const std::string& execution = "{isolate=false}") const {
    std::vector<std::string> arguments = Arguments(out, 40);
    arguments.insert(arguments.begin(), {"--plugin", kFaulty});
    AppendSettings(
        arguments,
        {"oracle.use=faulty_oracle", "oracle.fault=\"deaf\"", "oracle.every=20",
         "reward={metric=\"checksum\", transform=\"identity\"}", "execution=" + execution});
    return arguments;
  }

  std::string Trials(const std::string& out) const {
    return Select(directory_.path() / out / "seed-0",
                  "SELECT step, architecture, reward FROM trials ORDER BY step");
  }

  nlohmann::json Show(const std::string& out) const {
    const Outcome shown =
        lode_.Run({"--plugin", kFaulty, "show", (directory_.path() / out).string(), "--json"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    return nlohmann::json::parse(shown.out);
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(DurabilityTest, ARunOnAFullDiskKeepsItsTrialsAndContinuesWhenThereIsRoom) {
  const SmallDisk disk(directory_.path() / "small");
  if (!disk.is_mounted()) { GTEST_SKIP() << "may not mount a file system"; }
  const auto arguments = [&](const char* out) {
    std::vector<std::string> all = Arguments(out, 6000);
    all.insert(all.end(), {"--set", "execution.commit=\"trial\""});
    return all;
  };
  const Outcome full = lode_.Run(arguments("small/x"));
  EXPECT_EQ(full.status, 3);
  EXPECT_THAT(full.out, HasSubstr("run.db: database or disk is full")) << full.err;
  const fs::path run = directory_.path() / "small/x/seed-0";
  EXPECT_EQ(Select(run, "PRAGMA integrity_check"), "ok\n");
  const std::size_t stored = Lines(Trials("small/x")).size();
  EXPECT_GT(stored, 100u);
  EXPECT_LT(stored, 6000u);

  ASSERT_TRUE(disk.Change(0, "size=64m"));
  const Outcome resumed = lode_.Run({"resume", run.string()});
  EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
  ASSERT_EQ(lode_.Run(arguments("whole")).status, 0);
  EXPECT_EQ(Trials("small/x"), Trials("whole"));
}

TEST_F(DurabilityTest, AReadOnlyDirectoryIsReadAndNotWritten) {
  const SmallDisk disk(directory_.path() / "small");
  if (!disk.is_mounted()) { GTEST_SKIP() << "may not mount a file system"; }
  ASSERT_EQ(lode_.Run(Arguments("small/x", 50)).status, 0);
  ASSERT_TRUE(disk.Change(MS_RDONLY, "size=2m"));
  const std::string path = (directory_.path() / "small/x").string();
  for (const std::vector<std::string>& arguments :
       {Arguments("small/y", 50),
        std::vector<std::string>{"resume", path, "--extend", "steps=60"}}) {
    const Outcome refused = lode_.Run(arguments);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr(directory_.path() / "small/"), HasSubstr("Read-only file system")));
    EXPECT_EQ(Lines(refused.err).size(), 1u) << refused.err;
  }
  EXPECT_EQ(Show("small/x")["runs"][0]["steps"], 50);
}

// The current trial, which would take forever, is abandoned.
TEST_F(DurabilityTest, ASignalEndsTheRunEvenIfTheOracleIgnoresIt) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string out = "x" + std::to_string(signal);
    const pid_t child = lode_.Start(HangingSearch(out));
    const fs::path run = directory_.path() / out / "seed-0";
    ASSERT_TRUE(WaitUntil([&] { return fs::exists(run / "run.db-wal"); }));
    ASSERT_TRUE(WaitUntil([&] { return !Show(out)["unfinished"][0]["best"].is_null(); }));
    kill(child, signal);
    EXPECT_EQ(lode_.Finish(child).status, 130);
    EXPECT_EQ(Select(run, "PRAGMA integrity_check"), "ok\n");
  }
}

TEST_F(DurabilityTest, ASecondInterruptionEndsAtOnceAndTheRunStillContinues) {
  const pid_t child = lode_.Start(HangingSearch("x"));
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(directory_.path() / "x/seed-0/run.db-wal"); }));
  kill(child, SIGINT);
  ASSERT_TRUE(WaitUntil([&] { return !HasPendingSignals(child); }));  // otherwise both would be one
  kill(child, SIGINT);
  const Outcome ended = lode_.Finish(child);
  EXPECT_EQ(ended.status, 130);
  EXPECT_EQ(ended.err.find("abandoned the current evaluation"),
            std::string::npos);  // not even that

  // If a hang costs one trial, the same search ends.
  const std::string patient = "{isolate=true, timeout_seconds=1}";
  std::vector<std::string> again = HangingSearch("x", patient);
  again.insert(again.end(), {"--resume", "--force"});
  const Outcome resumed = lode_.Run(again);
  EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
  ASSERT_EQ(lode_.Run(HangingSearch("whole", patient)).status, 0);
  EXPECT_EQ(Trials("x"), Trials("whole"));
}

// If its store is damaged while it runs, a run ends and reports no result.
TEST_F(DurabilityTest, AStoreThatIsRemovedEndsItsRun) {
  using Deed = void (*)(const fs::path& run);
  const std::vector<std::pair<const char*, Deed>> deeds = {
      {"run.db: was removed", [](const fs::path& run) { fs::remove(run / "run.db"); }},
      {"run.db: was removed",
       [](const fs::path& run) { fs::rename(run / "run.db", run / "mine.db"); }},
      {"run.db: was replaced",
       [](const fs::path& run) {
         fs::copy_file(run / "run.db", run / "copy.db");
         fs::rename(run / "copy.db", run / "run.db");
       }},
      {"run.db-wal: was removed", [](const fs::path& run) { fs::remove(run / "run.db-wal"); }},
      {"run.db: was removed", [](const fs::path& run) { fs::remove_all(run); }},
      {"run.db: was removed",
       [](const fs::path& run) { fs::rename(run.parent_path(), run.parent_path() += ".moved"); }},
  };
  for (std::size_t i = 0; i < deeds.size(); ++i) {
    const std::string out = "x" + std::to_string(i);
    const pid_t child = lode_.Start(Arguments(out, 100000000));
    const fs::path run = directory_.path() / out / "seed-0";
    ASSERT_TRUE(WaitUntil([&] { return fs::exists(run / "run.db-wal"); }));
    ASSERT_TRUE(WaitUntil([&] { return !Show(out)["unfinished"][0]["best"].is_null(); }));
    deeds[i].second(run);
    const Outcome ended = lode_.Finish(child);
    EXPECT_EQ(ended.status, 3) << i << ended.err;
    EXPECT_THAT(ended.out + ended.err,
                AllOf(HasSubstr(deeds[i].first), HasSubstr("while the run was writing to it"),
                      Not(HasSubstr("kept in"))));
  }
}

// Two runs, one of which loses its store.
TEST_F(DurabilityTest, TheRemainingRunsAreKept) {
  std::vector<std::string> arguments = Arguments("x", 100000000);
  arguments[3] = "2";
  arguments.insert(arguments.end(), {"--jobs", "2"});
  const pid_t child = lode_.Start(arguments);
  const fs::path root = directory_.path() / "x";
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(root / "seed-1/run.db-wal"); }));
  fs::remove(root / "seed-1/run.db");
  const fs::path said = directory_.path() / ("err-" + std::to_string(child));
  ASSERT_TRUE(WaitUntil([&] { return fs::file_size(said) > 0; }));  // the message that it has ended
  kill(child, SIGINT);
  const Outcome ended = lode_.Finish(child);
  EXPECT_EQ(ended.status, 3);
  EXPECT_THAT(ended.out,
              HasSubstr("kept in " + root.string() + ", except what was removed meanwhile"));
}

TEST_F(DurabilityTest, ShowPrintsWhatRunPrinted) {
  const Outcome run = lode_.Run(Arguments("x", 60));
  const Outcome shown = lode_.Run({"show", (directory_.path() / "x").string()});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(run.out,
              StartsWith(shown.out + "kept in " + (directory_.path() / "x").string() + "\nbest: "));
}

TEST_F(DurabilityTest, ShowTellsHowFarARunIs) {
  const pid_t child = lode_.Start(Arguments("x", 100000000));
  const fs::path run = directory_.path() / "x/seed-0";
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(run / "run.db-wal"); }));
  ASSERT_TRUE(WaitUntil([&] { return !Show("x")["unfinished"][0]["best"].is_null(); }));
  const Outcome running = lode_.Run({"show", run.string()});
  EXPECT_THAT(running.out, AllOf(HasSubstr("seed 0: running (process " + std::to_string(child)),
                                 HasSubstr(" of 100000000 steps, best valid_accuracy "),
                                 Not(HasSubstr("to continue"))));
  kill(child, SIGKILL);
  lode_.Finish(child);
  const Outcome killed = lode_.Run({"show", run.string()});
  EXPECT_THAT(killed.out, AllOf(HasSubstr("seed 0: unfinished, "),
                                HasSubstr("to continue: lode resume " + run.string())));
}

TEST_F(DurabilityTest, ShowRefusesADirectoryWithoutARun) {
  const Outcome nothing = lode_.Run({"show", directory_.path().string()});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.err, HasSubstr(": holds no run"));
  EXPECT_EQ(lode_.Run({"show", "nb201", "--dot"}).status, 2);
}

}  // namespace
}  // namespace lode::core
