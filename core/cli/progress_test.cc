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
#include "core/plugin/log.h"
#include "core/report/columns.h"
#include "tests/scoped_variable.h"

namespace lode::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::atomic<ShownRun::Clock::time_point> time_now;

ShownRun::Clock::time_point TellTime() { return time_now; }

void Pass(double seconds) {
  time_now = time_now.load() + std::chrono::duration_cast<ShownRun::Clock::duration>(
                                   std::chrono::duration<double>(seconds));
}

core::MetricDeclaration Percentage(const char* name, bool noisy = false) {
  core::MetricDeclaration metric;
  metric.name = name;
  metric.unit = "percent";
  metric.noisy = noisy;
  return metric;
}

struct Trial {
  double accuracy = 50;
  bool failed = false, reused = false;
  double fidelity = 1, cost_seconds = 0;  // all costs so far
  std::uint64_t replayed = 0;             // trials at the start of the run
};

class ShownRunTest : public testing::Test {
 protected:
  void Tell(const Trial& trial) { Tell(run_, trial); }
  void Tell(ShownRun& run, const Trial& trial) const {
    const std::vector<double> values{0.5, trial.accuracy};
    core::TrialRecord record;
    record.reused = trial.reused;
    record.architecture = "a";
    record.reward = trial.failed ? std::nan("") : trial.accuracy;
    record.violation = trial.failed ? std::nan("") : 0;
    record.failure = trial.failed ? "no memory" : "";
    record.fidelity = trial.fidelity;
    if (!trial.failed) { record.metrics = values; }
    run.OnTrial({.run = info_,
                 .trial = record,
                 .metrics = metrics_,
                 .reward_metric = 1,
                 .replayed = trial.replayed,
                 .cost_seconds = trial.cost_seconds});
  }
  void TellMany(int count, const Trial& trial = {}) {
    for (int i = 0; i < count; ++i) { Tell(trial); }
  }
  void Report(const core::CallProgress& call) { run_.OnProgress({info_, call}); }
  void Report(double fraction, const char* what = "epoch 3") { Report({fraction, what}); }
  void ReportPreparation(double fraction) { Report({fraction, "epoch 3", true}); }
  void ReportOf(std::uint32_t worker, double fraction) {
    Report({fraction, "epoch 3", false, worker});
  }

  const core::RunInfo info_{};
  std::vector<core::MetricDeclaration> metrics_{Percentage("loss"), Percentage("accuracy")};
  core::BudgetConfig budget_;
  ShownRun run_{"p seed 3", budget_, TellTime};
};

TEST_F(ShownRunTest, BeginsWithNothing) {
  budget_.steps = 100;
  const core::ProgressState state = run_.State();
  EXPECT_EQ(state.title, "p seed 3");
  EXPECT_EQ(state.done, "0/100 steps");
  EXPECT_EQ(state.fraction, 0);
  EXPECT_EQ(state.left_seconds, std::nullopt);
  EXPECT_EQ(state.best, "");
  EXPECT_EQ(state.call, "");
  EXPECT_EQ(state.workers, 0u);
}

TEST_F(ShownRunTest, TheLimitThatIsNearestDecides) {
  budget_.steps = 10;
  budget_.unique_queries = 4;
  Tell({});
  Tell({.reused = true});
  EXPECT_EQ(run_.State().fraction, 0.25);  // 1 of 4 queries is more than 2 of 10 steps
  TellMany(2, {.reused = true});
  EXPECT_EQ(run_.State().fraction, 0.4);  // 4 of 10 steps is more than 1 of 4 queries
  EXPECT_EQ(run_.State().done, "4/10 steps");
}

TEST_F(ShownRunTest, WhatIsDoneIsCountedInTheFirstLimitsUnit) {
  budget_.simulated_seconds = 120;
  Tell({.fidelity = 0.5, .cost_seconds = 30.9});
  EXPECT_EQ(run_.State().done, "30/120 simulated s");
  budget_.full_evaluations = 8;
  EXPECT_EQ(run_.State().done, "0/8 full evaluations");
  budget_.unique_queries = 7;
  EXPECT_EQ(run_.State().done, "1/7 queries");
  budget_.steps = 6;
  EXPECT_EQ(run_.State().done, "1/6 steps");
}

TEST_F(ShownRunTest, FidelitiesAddUpUnlessTheEvaluationIsReused) {
  budget_.full_evaluations = 4;
  TellMany(6, {.fidelity = 0.25});
  Tell({.reused = true});
  EXPECT_EQ(run_.State().fraction, 1.5 / 4);
  EXPECT_EQ(run_.State().done, "1/4 full evaluations");
}

TEST_F(ShownRunTest, NothingIsMoreThanDone) {
  budget_.simulated_seconds = 100;
  Tell({.cost_seconds = 170});  // the last evaluation may exceed the limit
  EXPECT_EQ(run_.State().fraction, 1);
}

TEST_F(ShownRunTest, TheTimeLeftFollowsFromTheTrialsMade) {
  budget_.steps = 100;
  Pass(20);
  TellMany(10);
  EXPECT_EQ(run_.State().elapsed_seconds, 20);
  EXPECT_DOUBLE_EQ(run_.State().left_seconds.value(), 180);
}

TEST_F(ShownRunTest, ReplayedTrialsDoNotCountForTheTimeLeft) {
  budget_.steps = 100;
  Pass(5);
  TellMany(50, {.replayed = 50});
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  Pass(10);
  TellMany(10, {.replayed = 50});
  EXPECT_EQ(run_.State().done, "60/100 steps");
  EXPECT_NEAR(run_.State().left_seconds.value(), 40, 1e-9);  // a trial per second
}

TEST_F(ShownRunTest, ACallIsAPartOfItsStep) {
  budget_.steps = 4;
  Tell({});
  Report(0.5);
  EXPECT_EQ(run_.State().fraction, 0.375);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %");
  Report(1.7);  // whatever a component reports
  EXPECT_EQ(run_.State().fraction, 0.5);
  EXPECT_EQ(run_.State().call, "epoch 3 100 %");
}

TEST_F(ShownRunTest, ACallIsAPartOfAQueryIfQueriesAreLimited) {
  budget_.unique_queries = 2;
  Report(0.5);
  EXPECT_EQ(run_.State().fraction, 0.25);
}

TEST_F(ShownRunTest, ACallOfUnknownLengthHasNoPercentage) {
  budget_.steps = 4;
  Report(-1, "loading");
  Pass(60);
  EXPECT_EQ(run_.State().call, "loading");
  EXPECT_EQ(run_.State().fraction, 0);
}

TEST_F(ShownRunTest, ATrialEndsTheCall) {
  budget_.steps = 4;
  Report(0.5);
  Tell({});
  EXPECT_EQ(run_.State().call, "");
  EXPECT_EQ(run_.State().fraction, 0.25);
}

TEST_F(ShownRunTest, OneOfSeveralCallsDoesNotTellTheTimeLeft) {
  budget_.steps = 4;
  run_.OnActivity({info_, 2, 2});
  Report(0.25);
  Pass(10);
  Report(0.5);
  EXPECT_EQ(run_.State().fraction, 0);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %");
  run_.OnActivity({info_, 2, 1});
  EXPECT_EQ(run_.State().fraction, 0.125);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %, 0:20 left");  // a quarter took 10 s
}

TEST_F(ShownRunTest, CallsOfWorkersArePartsOfTheirSteps) {
  budget_.steps = 4;
  run_.OnActivity({info_, 2, 2});
  ReportOf(0, 0);
  ReportOf(1, 0);
  Pass(10);
  ReportOf(1, 0.75);
  ReportOf(0, 0.25);
  EXPECT_EQ(run_.State().fraction, 0.25);
  EXPECT_EQ(run_.State().left_seconds, 30);
  EXPECT_EQ(run_.State().call, "worker 1: epoch 3 25 %, 0:30 left");
  run_.OnActivity({info_, 2, 1, 0});  // the first worker's evaluation ends before the trial does
  EXPECT_EQ(run_.State().call, "worker 2: epoch 3 75 %, 0:04 left");
  Tell({});
  EXPECT_EQ(run_.State().fraction, 0.4375);
  run_.OnActivity({info_, 2, 0, 1});
  EXPECT_EQ(run_.State().call, "");
}

TEST_F(ShownRunTest, AnotherWorkerThatTellsMoreIsShown) {
  budget_.steps = 4;
  run_.OnActivity({info_, 2, 2});
  ReportOf(0, -1);
  EXPECT_EQ(run_.State().call, "worker 1: epoch 3");
  ReportOf(1, 0.5);
  EXPECT_EQ(run_.State().call, "worker 2: epoch 3 50 %");
}

TEST_F(ShownRunTest, APreparationIsShownInsteadOfTheSearch) {
  budget_.steps = 4;
  ReportPreparation(0);
  Pass(30);
  ReportPreparation(0.75);
  const core::ProgressState state = run_.State();
  EXPECT_TRUE(state.is_preparing);
  EXPECT_EQ(state.done, "preparing 75 %");
  EXPECT_EQ(state.fraction, 0.75);
  EXPECT_EQ(state.left_seconds, 10);
  EXPECT_EQ(state.call, "epoch 3");
}

TEST_F(ShownRunTest, APreparationOfUnknownLengthHasNoBar) {
  budget_.steps = 4;
  ReportPreparation(-1);
  Pass(30);
  EXPECT_EQ(run_.State().done, "preparing");
  EXPECT_EQ(run_.State().fraction, std::nullopt);
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
}

TEST_F(ShownRunTest, APreparationSaysNothingAboutTheTrials) {
  budget_.steps = 100;
  Pass(5);
  ReportPreparation(0);
  Pass(600);
  ReportPreparation(1);
  run_.OnActivity({info_, 0, 1});
  EXPECT_FALSE(run_.State().is_preparing);
  EXPECT_EQ(run_.State().done, "0/100 steps");
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  Pass(10);
  TellMany(10);
  EXPECT_NEAR(run_.State().left_seconds.value(), 90, 1e-9);
}

// It may learn an embedding once.
TEST_F(ShownRunTest, WhatAnOptimizerDoesFirstDoesNotTellTheTimeLeft) {
  budget_.steps = 100;
  Report(0);
  Pass(60);
  Report(0.5);
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  EXPECT_EQ(run_.State().call, "epoch 3 50 %, 1:00 left");
  Tell({});
  EXPECT_NEAR(run_.State().left_seconds.value(), 60 * 99, 1e-6);
}

// A preparation is one call.
TEST_F(ShownRunTest, WithoutABudgetTheCallIsAll) {
  Report(0);
  Pass(30);
  Report(0.75);
  EXPECT_EQ(run_.State().done, "");
  EXPECT_EQ(run_.State().fraction, 0.75);
  EXPECT_EQ(run_.State().left_seconds, 10);
  EXPECT_EQ(run_.State().call, "epoch 3 75 %");  // the line has the time already
}

TEST_F(ShownRunTest, ACallThatStartsOverIsTimedFromThere) {
  Report(0);
  Pass(100);
  Report(0.5);
  Report(0);
  Pass(10);
  Report(0.25);
  EXPECT_EQ(run_.State().left_seconds, 30);
}

TEST_F(ShownRunTest, ACallIsTimedFromItsFirstKnownFraction) {
  Report(-1);
  Pass(100);
  Report(0.5);  // work of an earlier process: its time is unknown
  EXPECT_EQ(run_.State().left_seconds, std::nullopt);
  Pass(10);
  Report(0.75);
  EXPECT_EQ(run_.State().left_seconds, 10);
}

TEST_F(ShownRunTest, TheBestIsThatOfTheRewardsMetric) {
  budget_.steps = 10;
  Tell({.failed = true});
  EXPECT_EQ(run_.State().best, "");
  Tell({.accuracy = 70.5});
  Tell({.accuracy = 73.25});
  Tell({.accuracy = 71});
  EXPECT_EQ(run_.State().best, "best 73.25");
  EXPECT_EQ(run_.State().failures, 1u);
}

TEST_F(ShownRunTest, TheBestOfNoisyTrialsIsOnlyTheHighestMeasured) {
  metrics_[1] = Percentage("accuracy", true);
  Tell({.accuracy = 70.5});
  EXPECT_EQ(run_.State().best, "highest measured 70.50");
}

TEST_F(ShownRunTest, NoMoreWorkersAreBusyThanThereAre) {
  run_.OnActivity({info_, 2, 3});
  EXPECT_EQ(run_.State().busy, 2u);
  run_.OnActivity({info_, 0, 1});  // the run itself evaluates
  EXPECT_EQ(run_.State().busy, 0u);
}

class ProgressDisplayTest : public ShownRunTest {
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
    ProgressDisplay display("p", 1, kNever, TellTime);
    display.End(display.Begin("p seed 3", budget_), false, "p seed 3: best 73.25");
  });
  EXPECT_EQ(said, "lode: p seed 3: best 73.25\n");
}

TEST_F(ProgressDisplayTest, TheLastLineOfManyRunsCountsThem) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 3, kNever, TellTime);
    ShownRun& first = display.Begin("p seed 0", budget_);
    Tell(first, {.failed = true});
    display.End(first, false, "first");
    ShownRun& lost = display.Begin("p seed 1", budget_);
    Tell(lost, {.failed = true});
    display.Drop(lost);
    display.End(display.Begin("p seed 2", budget_), true, "there before");
    Pass(63);
  });
  EXPECT_EQ(said, "lode: 2/3 runs after 1:03, 2 failed, p\n");
}

TEST_F(ProgressDisplayTest, RunsThatHadEndedBeforeNeedNoLine) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 1, kNever, TellTime);
    display.End(display.Begin("p seed 3", budget_), true, "p seed 3: best 73.25");
  });
  EXPECT_EQ(said, "");
}

TEST_F(ProgressDisplayTest, PermanentLinesArePrintedEvenIfNothingIsShown) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 1, 0, TellTime);
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
    ProgressDisplay display("p", 1, 0.001, TellTime);
    Tell(display.Begin("p seed 3", budget_), {.accuracy = 73.25});
    const ssize_t size = read(out.get(), said.data(), said.size());  // waits for a line
    said.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  EXPECT_THAT(said, StartsWith("lode: "));
  EXPECT_THAT(said, HasSubstr(" steps after 0:00"));
}

TEST_F(ProgressDisplayTest, ThePreparationOfRunsIsNotWorkOfTheSearch) {
  const std::string said = Printed(stderr, [&] {
    ProgressDisplay display("p", 2, kNever, TellTime);
    display.End(display.Begin("p seed 0", budget_), false, "made");
    ShownRun& second = display.Begin("p seed 1", budget_);
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
  ProgressDisplay display("p", 4, kNever, TellTime);
  Tell(display.Begin("p seed 0", budget_), {});
  Pass(1.5);
  display.Begin("p seed 1", budget_);
  Pass(1);
  const std::string frame = FrameOn(terminal_, display);
  EXPECT_EQ(frame,
            "[#...................]  0/4 runs  0:02  0:38 left  p\n"
            "[#####...............]  1/4 steps  0:02  0:08 left  best 50.00  p seed 0\033[1A\r");
}

TEST_F(TerminalDisplayTest, RunsThatWaitForAPreparationShowIt) {
  ProgressDisplay display("p", 2, kNever, TellTime);
  ShownRun& first = display.Begin("p seed 0", budget_);
  ShownRun& second = display.Begin("p seed 1", budget_);
  first.OnProgress({info_, {-1, "waiting", true}});
  second.OnProgress({info_, {0, "epoch 1", true}});
  Pass(30);
  first.OnProgress({info_, {-1, "waiting", true}});
  second.OnProgress({info_, {0.25, "epoch 3", true}});
  EXPECT_EQ(FrameOn(terminal_, display),
            "[....................]  0/2 runs  0:30  preparing 25 %: epoch 3, 1:30 left  p\n"
            "preparing  0:30  waiting  p seed 0\n"
            "[#####...............]  preparing 25 %  0:30  1:30 left  epoch 3  p seed 1\033[2A\r");
}

TEST_F(TerminalDisplayTest, TheTimeLeftOfRunsBeginsAfterTheirPreparation) {
  ProgressDisplay display("p", 2, kNever, TellTime);
  ShownRun& run = display.Begin("p seed 0", budget_);
  run.OnProgress({info_, {0, "epoch 1", true}});
  Pass(300);
  run.OnProgress({info_, {1, "epoch 3", true}});
  run.OnActivity({info_, 0, 1});
  Pass(10);
  Tell(run, {});
  EXPECT_THAT(FrameOn(terminal_, display), HasSubstr("0/2 runs  5:10  1:10 left"));
}

TEST_F(TerminalDisplayTest, AFrameIsOneWrite) {
  ProgressDisplay display("p", 1, kNever, TellTime);
  ShownRun& run = display.Begin("p seed 0", budget_);
  run.OnProgress({info_,
                  {0.5,
                   "\u00e9poque 3 of 12, with a report that is wider than the window is, "
                   "which is cut at a whole character: \u00e9\u00e9\u00e9\u00e9\u00e9"}});
  const std::string frame = FrameOn(terminal_, display);
  EXPECT_EQ(core::ColumnsOf(frame.substr(0, frame.size() - 1)), 99u) << frame;
  EXPECT_THAT(frame, testing::EndsWith("\u2026\r"));
}

TEST_F(TerminalDisplayTest, MoreRunsThanRowsAreLeftOut) {
  ProgressDisplay display("p", 9, kNever, TellTime);
  for (int i = 0; i < 9; ++i) { display.Begin("p seed " + std::to_string(i), budget_); }
  Pass(3);
  const std::string frame = FrameOn(terminal_, display);
  EXPECT_EQ(std::ranges::count(frame, '\n'), 2) << frame;  // 3 lines, and a row for the cursor
  EXPECT_THAT(frame, AllOf(HasSubstr("p seed 1"), Not(HasSubstr("p seed 2"))));
}

TEST_F(TerminalDisplayTest, ASingleRunIsOneLine) {
  ProgressDisplay display("p", 1, kNever, TellTime);
  display.Begin("p seed 0", budget_);
  Pass(60);
  EXPECT_EQ(FrameOn(terminal_, display), "[....................]  0/4 steps  1:00  p seed 0\r");
}

TEST_F(TerminalDisplayTest, TheTimeLeftIsThatOfRunsToMake) {
  ProgressDisplay display("p", 5, kNever, TellTime);
  display.End(display.Begin("p seed 0", budget_), true, "there before");
  display.End(display.Begin("p seed 1", budget_), false, "made");
  Tell(display.Begin("p seed 2", budget_), {});
  Pass(1.25);  // 1.25 runs of 4
  EXPECT_THAT(FrameOn(terminal_, display),
              AllOf(StartsWith("[######.............."), HasSubstr("2/5 runs  0:01  0:03 left")));
}

TEST_F(TerminalDisplayTest, LinesOfTheLogStayAboveTheProgress) {
  {
    ProgressDisplay display("p", 1, kNever, TellTime);
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
    ProgressDisplay display("p", 1, kNever, TellTime);
    display.Begin("p seed 0", budget_);
    display.Print("mark");
  }
  EXPECT_EQ(terminal_.Read(), "mark\n");
}

TEST_F(TerminalDisplayTest, IntervalZeroShowsNothing) {
  {
    ProgressDisplay display("p", 1, 0, TellTime);
    display.Begin("p seed 0", budget_);
    display.Print("mark");
  }
  EXPECT_EQ(terminal_.Read(), "mark\n");
}

}  // namespace
}  // namespace lode::cli
