#include "core/cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "core/cli/test_streams.h"
#include "core/live/test_run.h"
#include "core/plugin/log.h"
#include "core/report/columns.h"
#include "tests/scoped_variable.h"

namespace lode::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProgressDisplayTest : public core::TrackedRunTest {
 protected:
  static constexpr double kNever = 1e6;  // seconds between lines

  ProgressDisplayTest() { budget_.steps = 4; }

  // Returns the lines that are drawn below a permanent line.
  static std::string FrameOn(TestTerminal& terminal, ProgressDisplay& display) {
    display.Print("mark");
    const std::string all = terminal.Read();
    const std::size_t begin = all.find("mark\n") + 5 + kErase.size();
    return all.substr(begin, all.find(kErase, begin) - begin);  // time may have drawn them again
  }

  static constexpr std::string_view kErase = "\r\033[J";
};

TEST_F(ProgressDisplayTest, TheLastLineOfOneRunIsItsOwn) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 1, kNever, core::TellTime);
    display.End(display.Begin("p seed 3", budget_), false, "p seed 3: best 73.25");
  });
  EXPECT_EQ(said, "lode: p seed 3: best 73.25\n");
}

TEST_F(ProgressDisplayTest, TheLastLineOfManyRunsCountsThem) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 3, kNever, core::TellTime);
    core::TrackedRun& first = display.Begin("p seed 0", budget_);
    Tell(first, {.failed = true});
    display.End(first, false, "first");
    core::TrackedRun& lost = display.Begin("p seed 1", budget_);
    Tell(lost, {.failed = true});
    display.Drop(lost);
    display.End(display.Begin("p seed 2", budget_), true, "there before");
    core::Pass(63);
  });
  EXPECT_EQ(said, "lode: 2/3 runs after 1:03, 2 failed, p\n");
}

TEST_F(ProgressDisplayTest, RunsThatHadEndedBeforeNeedNoLine) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 1, kNever, core::TellTime);
    display.End(display.Begin("p seed 3", budget_), true, "p seed 3: best 73.25");
  });
  EXPECT_EQ(said, "");
}

TEST_F(ProgressDisplayTest, PermanentLinesArePrintedEvenIfNothingIsShown) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 1, 0, core::TellTime);
    display.Print("lode: lost");
    display.End(display.Begin("p seed 3", budget_), false, "p seed 3: best 73.25");
  });
  EXPECT_EQ(said, "lode: lost\n");
}

TEST_F(ProgressDisplayTest, WithoutATerminalALineComesFromTimeToTime) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const posix::Descriptor out(ends[0]), in(ends[1]);
  std::string said(200, '\0');
  {
    const Redirected to_pipe(stderr, in.get());
    ProgressDisplay display("p", 1, 0.001, core::TellTime);
    Tell(display.Begin("p seed 3", budget_), {.accuracy = 73.25});
    const ssize_t size = read(out.get(), said.data(), said.size());  // waits for a line
    said.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  EXPECT_THAT(said, StartsWith("lode: "));
  EXPECT_THAT(said, HasSubstr(" steps after 0:00"));
}

TEST_F(ProgressDisplayTest, ThePreparationOfRunsIsNotWorkOfTheSearch) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 2, kNever, core::TellTime);
    display.End(display.Begin("p seed 0", budget_), false, "made");
    core::TrackedRun& second = display.Begin("p seed 1", budget_);
    second.OnProgress({info_, {0.75, "epoch 3", true}});
    display.End(second, false, "made");
  });
  EXPECT_EQ(said, "lode: 2/2 runs after 0:00, p\n");
}

class TerminalDisplayTest : public ProgressDisplayTest {
 protected:
  const ScopedVariable term_{"TERM", "xterm"};
  TestTerminal terminal_{100, 4};
  const Redirected stderr_{stderr, terminal_.get()};
};

TEST_F(TerminalDisplayTest, OnlyLongRunsHaveLinesOfTheirOwn) {
  ProgressDisplay display("p", 4, kNever, core::TellTime);
  Tell(display.Begin("p seed 0", budget_), {});
  core::Pass(1.5);
  display.Begin("p seed 1", budget_);
  core::Pass(1);
  const std::string frame = FrameOn(terminal_, display);
  EXPECT_EQ(frame,
            "[#...................]  0/4 runs  0:02  0:38 left  p\n"
            "[#####...............]  1/4 steps  0:02  0:08 left  best 50.00  p seed 0\033[1A\r");
}

TEST_F(TerminalDisplayTest, RunsThatWaitForAPreparationShowIt) {
  ProgressDisplay display("p", 2, kNever, core::TellTime);
  core::TrackedRun& first = display.Begin("p seed 0", budget_);
  core::TrackedRun& second = display.Begin("p seed 1", budget_);
  first.OnProgress({info_, {-1, "waiting", true}});
  second.OnProgress({info_, {0, "epoch 1", true}});
  core::Pass(30);
  first.OnProgress({info_, {-1, "waiting", true}});
  second.OnProgress({info_, {0.25, "epoch 3", true}});
  EXPECT_EQ(FrameOn(terminal_, display),
            "[....................]  0/2 runs  0:30  preparing 25 %: epoch 3, 1:30 left  p\n"
            "preparing  0:30  waiting  p seed 0\n"
            "[#####...............]  preparing 25 %  0:30  1:30 left  epoch 3  p seed 1\033[2A\r");
}

TEST_F(TerminalDisplayTest, TheTimeLeftOfRunsBeginsAfterTheirPreparation) {
  ProgressDisplay display("p", 2, kNever, core::TellTime);
  core::TrackedRun& run = display.Begin("p seed 0", budget_);
  run.OnProgress({info_, {0, "epoch 1", true}});
  core::Pass(300);
  run.OnProgress({info_, {1, "epoch 3", true}});
  run.OnActivity({info_, 0, 1});
  core::Pass(10);
  Tell(run, {});
  EXPECT_THAT(FrameOn(terminal_, display), HasSubstr("0/2 runs  5:10  1:10 left"));
}

TEST_F(TerminalDisplayTest, AFrameIsOneWrite) {
  ProgressDisplay display("p", 1, kNever, core::TellTime);
  core::TrackedRun& run = display.Begin("p seed 0", budget_);
  run.OnProgress({info_,
                  {0.5,
                   "\u00e9poque 3 of 12, with a report that is wider than the window is, "
                   "which is cut at a whole character: \u00e9\u00e9\u00e9\u00e9\u00e9"}});
  const std::string frame = FrameOn(terminal_, display);
  EXPECT_EQ(core::ColumnsOf(frame.substr(0, frame.size() - 1)), 99u) << frame;
  EXPECT_THAT(frame, testing::EndsWith("\u2026\r"));
}

TEST_F(TerminalDisplayTest, MoreRunsThanRowsAreLeftOut) {
  ProgressDisplay display("p", 9, kNever, core::TellTime);
  for (int i = 0; i < 9; ++i) { display.Begin("p seed " + std::to_string(i), budget_); }
  core::Pass(3);
  const std::string frame = FrameOn(terminal_, display);
  EXPECT_EQ(std::ranges::count(frame, '\n'), 2) << frame;  // 3 lines, and a row for the cursor
  EXPECT_THAT(frame, AllOf(HasSubstr("p seed 1"), Not(HasSubstr("p seed 2"))));
}

TEST_F(TerminalDisplayTest, ASingleRunIsOneLine) {
  ProgressDisplay display("p", 1, kNever, core::TellTime);
  display.Begin("p seed 0", budget_);
  core::Pass(60);
  EXPECT_EQ(FrameOn(terminal_, display), "[....................]  0/4 steps  1:00  p seed 0\r");
}

TEST_F(TerminalDisplayTest, TheTimeLeftIsThatOfRunsToMake) {
  ProgressDisplay display("p", 5, kNever, core::TellTime);
  display.End(display.Begin("p seed 0", budget_), true, "there before");
  display.End(display.Begin("p seed 1", budget_), false, "made");
  Tell(display.Begin("p seed 2", budget_), {});
  core::Pass(1.25);  // 1.25 runs of 4
  EXPECT_THAT(FrameOn(terminal_, display),
              AllOf(StartsWith("[######.............."), HasSubstr("2/5 runs  0:01  0:03 left")));
}

TEST_F(TerminalDisplayTest, LinesOfTheLogStayAboveTheProgress) {
  {
    ProgressDisplay display("p", 1, kNever, core::TellTime);
    display.Begin("p seed 0", budget_);
    core::Log(LODE_WARNING, "a fan is loud");
    EXPECT_THAT(terminal_.Read(), HasSubstr("\r\033[Jlode: warning: a fan is loud\n\r\033[J["));
  }
  EXPECT_THAT(terminal_.Read(), testing::EndsWith("\r\033[J"));  // nothing of it stays
  core::Log(LODE_WARNING, "alone");
  EXPECT_EQ(terminal_.Read(), "lode: warning: alone\n");
}

TEST_F(TerminalDisplayTest, ATerminalThatCannotMoveItsCursorGetsLines) {
  const ScopedVariable dumb("TERM", "dumb");
  {
    ProgressDisplay display("p", 1, kNever, core::TellTime);
    display.Begin("p seed 0", budget_);
    display.Print("mark");
  }
  EXPECT_EQ(terminal_.Read(), "mark\n");
}

TEST_F(TerminalDisplayTest, IntervalZeroShowsNothing) {
  {
    ProgressDisplay display("p", 1, 0, core::TellTime);
    display.Begin("p seed 0", budget_);
    display.Print("mark");
  }
  EXPECT_EQ(terminal_.Read(), "mark\n");
}

}  // namespace
}  // namespace lode::cli
