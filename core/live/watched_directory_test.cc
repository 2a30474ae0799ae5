#include "core/live/watched_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/live/live_files.h"
#include "core/live/test_run.h"
#include "core/store/run_directory.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ProgressState SomeProgress() {
  ProgressState state;
  state.title = "p seed 3";
  state.done = "preparing 25 %";
  state.fraction = 0.25;
  state.is_preparing = true;
  state.elapsed_seconds = 30;
  state.left_seconds = 90;
  state.failures = 2;
  state.busy = 1;
  state.workers = 4;
  state.best = "best 73.07";
  state.call = "epoch 3 of 12, 812 images/s";
  return state;
}

class LiveStateTest : public testing::Test {
 protected:
  void Write(const std::string& text) const {
    std::ofstream(directory_.path() / kLiveFile) << text;
  }

  const TemporaryDirectory directory_;
};

TEST_F(LiveStateTest, IsReadAsItWasWritten) {
  WriteLiveState(directory_.path(), {getpid(), 1234.5, SomeProgress()});
  const LiveState state = ReadLiveState(directory_.path()).value();
  EXPECT_EQ(state.process, getpid());
  EXPECT_EQ(state.time, 1234.5);
  EXPECT_EQ(ProgressText(state.progress), ProgressText(SomeProgress()));
  EXPECT_EQ(ProgressLine(state.progress, 200), ProgressLine(SomeProgress(), 200));
  EXPECT_TRUE(state.progress.is_preparing);
  RemoveLiveState(directory_.path());
  EXPECT_EQ(ReadLiveState(directory_.path()), std::nullopt);
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(LiveStateTest, WhatIsNotKnownStaysUnknown) {
  WriteLiveState(directory_.path(), {getpid(), 1, {}});
  const ProgressState read = ReadLiveState(directory_.path()).value().progress;
  EXPECT_EQ(read.fraction, std::nullopt);
  EXPECT_EQ(read.left_seconds, std::nullopt);
}

TEST_F(LiveStateTest, IsOldAfterAWhileAndWithoutItsProcess) {
  const LiveState state{getpid(), 100, {}};
  EXPECT_TRUE(state.IsCurrent(109));
  EXPECT_FALSE(state.IsCurrent(111));
  EXPECT_FALSE((LiveState{0, 100, {}}.IsCurrent(100)));
}

TEST_F(LiveStateTest, AnythingElseIsNoState) {
  for (const char* text : {"", "{", "[]", "{}", "{\"process\": \"7\"}", "\xff"}) {
    Write(text);
    EXPECT_EQ(ReadLiveState(directory_.path()), std::nullopt) << text;
  }
}

TEST_F(LiveStateTest, TextsOfAnyProgramArePrintable) {
  ProgressState state = SomeProgress();
  state.call = "\033[31mred\n";
  WriteLiveState(directory_.path(), {getpid(), 1, state});
  EXPECT_THAT(ReadLiveState(directory_.path()).value().progress.call, HasSubstr(" [31mred"));
}

TEST_F(LiveStateTest, ADirectoryThatIsGoneIsNoFailure) {
  WriteLiveState(directory_.path() / "gone", {getpid(), 1, {}});
  EXPECT_FALSE(fs::exists(directory_.path() / "gone"));
}

class Counted : public RunListener {
 public:
  void OnProgress(const RunProgress&) override { ++progress_; }
  void OnFinished(const RunFinished&) override { ++finished_; }
  void OnFailed(const RunFailed&) override {}
  void OnWarning(const RunWarning&) override { ++warnings_; }

  int progress_ = 0, finished_ = 0, warnings_ = 0;
};

class LiveFilesTest : public LiveStateTest {
 protected:
  LiveFilesTest() {
    info_.search = &search_;
    info_.title = "p seed 0";
    info_.directory = directory_.path();
    search_.pipeline.budget.steps = 4;
  }

  // Waits until there is a state that satisfies the condition.
  template <class Condition>
  void Await(const Condition& condition) const {
    for (auto state = ReadLiveState(directory_.path()); !state || !condition(*state);
         state = ReadLiveState(directory_.path())) {
      usleep(1000);
    }
  }

  Search search_;
  RunInfo info_;
  Counted next_;
};

TEST_F(LiveFilesTest, ARunHasAFileUntilItEnds) {
  LiveFiles files(next_, std::chrono::milliseconds(1));
  files.OnStageStarted({"", "p", 1});
  files.OnStarted({info_});
  files.OnProgress({info_, {0.25, "epoch 3", true}});
  Await([](const LiveState& state) { return state.progress.done == "preparing 25 %"; });
  const LiveState state = ReadLiveState(directory_.path()).value();
  EXPECT_EQ(state.progress.call, "epoch 3");
  EXPECT_TRUE(state.IsCurrent(UnixTime()));
  files.OnActivity({info_, 2, 1});
  Await([](const LiveState& s) { return s.progress.done == "0/4 steps" && s.progress.busy == 1; });
  files.OnFinished({info_, {}, {}});
  EXPECT_TRUE(fs::is_empty(directory_.path()));
  files.OnWarning({RunWarning::Kind::kHint, "a hint"});
  EXPECT_EQ(next_.progress_ + next_.finished_ + next_.warnings_, 3);
}

TEST_F(LiveFilesTest, APreparationEndsWithItsStage) {
  LiveFiles files(next_, std::chrono::milliseconds(1));
  files.OnStageStarted({"supernet", "", 1});
  files.OnStarted({info_});
  Await([](const LiveState&) { return true; });
  files.OnStageFinished({.stage = "supernet"});
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(LiveFilesTest, AShortRunHasNone) {
  LiveFiles files(next_, std::chrono::hours(1));
  Write("{}");  // of a program that was killed
  files.OnStageStarted({"", "p", 1});
  files.OnStarted({info_});
  EXPECT_TRUE(fs::is_empty(directory_.path()));
  files.OnFinished({info_, {}, {}});
}

TEST(TrialRateTest, IsThatOfTheLastSeconds) {
  TrialRate rate;
  EXPECT_EQ(rate.PerSecond(), std::nullopt);
  rate.Note(50, 100);
  EXPECT_EQ(rate.PerSecond(), std::nullopt);  // nobody knows since when
  rate.Note(60, 102);
  EXPECT_EQ(rate.PerSecond(), 5);
  for (int second = 103; second < 120; ++second) { rate.Note(60, second); }
  EXPECT_EQ(rate.PerSecond(), 0);
  rate.Note(1, 121);  // made anew
  EXPECT_EQ(rate.PerSecond(), std::nullopt);
}

class WatchedDirectoryTest : public LiveStateTest {};

TEST_F(WatchedDirectoryTest, WithoutRunsThereIsNothing) {
  for (const fs::path& directory : {directory_.path(), directory_.path() / "gone"}) {
    WatchedDirectory watched(directory);
    watched.Refresh(UnixTime());
    EXPECT_THAT(watched.runs(), IsEmpty());
    EXPECT_THAT(watched.damages(), IsEmpty());
    EXPECT_FALSE(watched.IsActive());
  }
}

TEST_F(WatchedDirectoryTest, APreparationOfAStageIsShownWhileItRuns) {
  const fs::path stage = directory_.path() / "supernet";
  fs::create_directory(stage);
  WriteLiveState(stage, {getpid(), 100, SomeProgress()});
  WatchedDirectory watched(directory_.path());
  watched.Refresh(101);
  ASSERT_THAT(watched.preparations(), SizeIs(1));
  EXPECT_EQ(watched.preparations()[0].live.progress.call, "epoch 3 of 12, 812 images/s");
  EXPECT_TRUE(watched.IsActive());
  watched.Refresh(200);
  EXPECT_THAT(watched.preparations(), IsEmpty());
}

TEST_F(WatchedDirectoryTest, ADamagedRunIsTriedAgain) {
  const fs::path run = directory_.path() / "seed-0";
  fs::create_directory(run);
  std::ofstream(run / "run.db") << "not a database";
  WatchedDirectory watched(directory_.path());
  watched.Refresh(1);
  EXPECT_THAT(watched.damages(), SizeIs(1));
  fs::remove_all(run);
  watched.Refresh(2);
  EXPECT_THAT(watched.damages(), IsEmpty());
}

}  // namespace
}  // namespace lode::core
