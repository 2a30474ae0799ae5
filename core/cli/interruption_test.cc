#include "core/cli/interruption.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"

namespace lode::cli {
namespace {

using testing::ExitedWithCode;

constexpr int kSurvived = 42;

// Raises signals one after another, after CatchSignals. Returns kSurvived if the program would
// continue until its runs end, 99 if it would not notice. Call it in a process of its own.
int After(std::initializer_list<int> signals) {
  CatchSignals();
  for (const int signal : signals) { raise(signal); }
  return Interruption().is_cancelled() ? kSurvived : 99;
}

TEST(Interruption, TheFirstSignalEndsTheRuns) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(Leave(After({signal})), ExitedWithCode(kSurvived), "^$") << signal;
  }
}

TEST(Interruption, TheSecondSignalEndsTheProgram) {
  EXPECT_EXIT(Leave(After({SIGINT, SIGINT})), ExitedWithCode(kInterrupted), "^$");
  EXPECT_EXIT(Leave(After({SIGHUP, SIGTERM})), ExitedWithCode(kInterrupted), "^$");
}

TEST(Interruption, ASignalAfterTheWallTimeIsASecondOne) {
  const auto interrupted = [] {
    Interruption().Cancel(core::CancelReason::kWallTime);
    return After({SIGINT});
  };
  EXPECT_EXIT(Leave(interrupted()), ExitedWithCode(kInterrupted), "^$");
}

TEST(Interruption, NohupIsRespected) {
  const auto hung_up = [] {
    std::signal(SIGHUP, SIG_IGN);
    CatchSignals();
    raise(SIGHUP);
    return Interruption().is_cancelled() ? 99 : kSurvived;
  };
  EXPECT_EXIT(Leave(hung_up()), ExitedWithCode(kSurvived), "^$");
}

TEST(Interruption, TheStatusSaysWhyRunsEnded) {
  const auto status = [](core::CancelReason reason) {
    Interruption().Cancel(reason);
    return InterruptionStatus();
  };
  EXPECT_EXIT(Leave(status(core::CancelReason::kWallTime)), ExitedWithCode(kOutOfTime), "^$");
  EXPECT_EXIT(Leave(status(core::CancelReason::kCaller)), ExitedWithCode(kInterrupted), "^$");
}

}  // namespace
}  // namespace lode::cli
