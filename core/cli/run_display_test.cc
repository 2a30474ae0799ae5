#include "core/cli/run_display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"
#include "core/cli/interruption.h"
#include "core/cli/test_streams.h"

namespace lode::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class RunDisplayTest : public testing::Test {
 protected:
  RunDisplayTest() {
    for (std::size_t i = 0; i < kCaught.size(); ++i) {
      sigaction(kCaught[i], nullptr, &handlers_[i]);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      infos_.push_back({.index = i,
                        .title = "p seed " + std::to_string(i),
                        .search = &search_,
                        .seed = i,
                        .directory = {}});
    }
    metric_.name = "accuracy";
    metrics_ = {metric_};
  }
  ~RunDisplayTest() override {
    for (std::size_t i = 0; i < kCaught.size(); ++i) {
      sigaction(kCaught[i], &handlers_[i], nullptr);
    }
  }

  // Returns what is said on standard error about a stage with `runs` runs.
  template <class Call>
  std::string Said(std::size_t runs, Call&& call) const {
    return Printed(stderr, [&] {
      RunDisplay display(1e6);
      display.OnStageStarted({"train", "p", runs});
      call(display);
    });
  }

  void Finish(RunDisplay& display, std::size_t index, core::Ending ending,
              bool was_there = false) const {
    core::RunResult result;
    result.ending = ending;
    result.reason = "no memory";
    display.OnStarted({infos_[index]});
    display.OnFinished({infos_[index], result, metrics_, 0, was_there});
  }

  static constexpr std::array<int, 3> kCaught = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, 3> handlers_{};
  core::Search search_;
  std::vector<core::RunInfo> infos_;
  core::MetricDeclaration metric_;
  std::vector<core::MetricDeclaration> metrics_;
};

TEST_F(RunDisplayTest, StagesSayWhatTheyDid) {
  EXPECT_EQ(
      Said(1,
           [](RunDisplay& display) {
             display.OnStageFinished({.stage = "train", .is_unchanged = true});
             display.OnStageFinished({.stage = "train", .prepared = "supernet", .seconds = 63});
             display.OnStageFinished({.stage = "find", .seconds = 63});
           }),
      "lode: stage train: unchanged, not run again\n"
      "lode: supernet: prepared in 1:03\n");
}

TEST_F(RunDisplayTest, ALostRunIsExplained) {
  EXPECT_EQ(Said(3,
                 [&](RunDisplay& display) {
                   using Kind = core::RunFailed::Kind;
                   display.OnStarted({infos_[0]});
                   display.OnFailed({infos_[0], Kind::kLost, "its process was killed"});
                   display.OnFailed({infos_[1], Kind::kCancelled, "before it began"});
                   display.OnFailed({infos_[2], Kind::kFatal, "the program says this"});
                 }),
            "lode: p seed 0: its process was killed\n");
}

TEST_F(RunDisplayTest, OfManyRunsOnlyThoseThatEndBadlyAreNamed) {
  const std::string said = Said(3, [&](RunDisplay& display) {
    Finish(display, 0, core::Ending::kBudget);
    Finish(display, 1, core::Ending::kFailed);
    Finish(display, 2, core::Ending::kStalled);
  });
  EXPECT_THAT(said, AllOf(StartsWith("lode: warning: p seed 1"), HasSubstr("no memory"),
                          HasSubstr("lode: 3/3 runs after ")));
  EXPECT_THAT(said, testing::Not(HasSubstr("p seed 0")));
}

// It is what the user asked for.
TEST_F(RunDisplayTest, AnInterruptedRunIsNoWarningAfterASignal) {
  const auto warned = [&](bool is_cancelled) {
    const std::string said = Said(2, [&](RunDisplay& display) {
      if (is_cancelled) { raise(SIGINT); }
      Finish(display, 0, core::Ending::kInterrupted);
    });
    Leave(said.find("warning: p seed 0") != std::string::npos ? 1 : 0);
  };
  EXPECT_EXIT(warned(false), testing::ExitedWithCode(1), "");
  EXPECT_EXIT(warned(true), testing::ExitedWithCode(0), "");
}

TEST_F(RunDisplayTest, TheOnlyRunHasTheLastLine) {
  EXPECT_THAT(Said(1, [&](RunDisplay& display) { Finish(display, 0, core::Ending::kFailed); }),
              AllOf(StartsWith("lode: p seed 0"), HasSubstr("no memory"), testing::EndsWith("\n")));
  EXPECT_EQ(Said(1, [&](RunDisplay& display) { Finish(display, 0, core::Ending::kBudget, true); }),
            "");
}

TEST_F(RunDisplayTest, MessagesAreSaidByTheirKind) {
  using Kind = core::RunWarning::Kind;
  EXPECT_EQ(Said(1,
                 [](RunDisplay& display) {
                   display.OnWarning({Kind::kNotice, "the store was \033[31mrepaired"});
                   display.OnWarning({Kind::kHint, "workers have no effect"});
                   display.OnWarning({Kind::kWarning, "the disk is nearly full"});
                 }),
            "lode: the store was  [31mrepaired\n"
            "lode: info: workers have no effect\n"
            "lode: warning: the disk is nearly full\n");
}

}  // namespace
}  // namespace lode::cli
