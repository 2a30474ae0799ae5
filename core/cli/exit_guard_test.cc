#include "core/cli/exit_guard.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "core/cli/command.h"
#include "core/cli/component_end.h"
#include "core/plugin/component_call.h"

#ifndef LODE_SANITIZED  // sanitizers need their own exit

namespace lode::cli {
namespace {

using testing::ExitedWithCode;

const std::string rea = "optimizer 'rea'";

// Runs a component's code in a guarded process.
template <class Code>
void InComponent(Code&& code) {
  GuardExit();
  const core::ComponentCall call(rea);
  code();
}

TEST(ExitGuard, AComponentThatExitsIsNamedAndFails) {
  EXPECT_EXIT(InComponent([] { std::exit(0); }), ExitedWithCode(kRunFailed),
              "^lode: optimizer 'rea': ended the program by exit\\(0\\)\n$");
  EXPECT_EXIT(InComponent([] { std::quick_exit(1); }), ExitedWithCode(kRunFailed),
              "^lode: optimizer 'rea': ended the program by quick_exit\\(1\\)\n$");
  EXPECT_EXIT(InComponent([] { _exit(0); }), ExitedWithCode(kRunFailed),
              "^lode: optimizer 'rea': ended the program by _exit\\(0\\)\n$");
  EXPECT_EXIT(InComponent([] { std::_Exit(130); }), ExitedWithCode(kRunFailed),
              "^lode: optimizer 'rea': ended the program by _Exit\\(130\\)\n$");
}

TEST(ExitGuard, AThreadThatClaimsSuccessFails) {
  const auto exits = [] {
    GuardExit();
    std::thread([] { std::exit(0); }).join();
  };
  EXPECT_EXIT(exits(), ExitedWithCode(kRunFailed),
              "^lode: a thread of a plugin: ended the program by exit\\(0\\)\n$");
}

// A library that gives up outside of components, such as the C library's own checks.
TEST(ExitGuard, AFailureOutsideOfComponentsKeepsItsStatus) {
  const auto exits = [] {
    GuardExit();
    _exit(7);
  };
  EXPECT_EXIT(exits(), ExitedWithCode(7), "^$");
}

TEST(ExitGuard, OnceMainReturnsItsStatusStays) {
  const auto exits = [] {
    GuardExit();
    Returning(kOutOfTime);
    const core::ComponentCall call(rea);
    std::exit(0);
  };
  EXPECT_EXIT(exits(), ExitedWithCode(kOutOfTime), "^$");
}

TEST(ExitGuard, AForkedProcessMayExit) {
  const auto forks = [] {
    InComponent([] {
      const pid_t child = fork();
      if (child == 0) { _exit(0); }
      int status = -1;
      waitpid(child, &status, 0);
      Leave(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 42 : 99);
    });
  };
  EXPECT_EXIT(forks(), ExitedWithCode(42), "^$");
}

TEST(ExitGuard, LeavingIsNotGuarded) {
  EXPECT_EXIT(InComponent([] { Leave(kDone); }), ExitedWithCode(kDone), "^$");
}

TEST(ComponentEnd, ItsLineIsCutIfItIsTooLong) {
  const std::string how(5000, 'x');
  EXPECT_EXIT(InComponent([&] { EndAsFailure(how.c_str()); }), ExitedWithCode(kRunFailed),
              "^lode: optimizer 'rea': x{900,1000}\n$");
}

}  // namespace
}  // namespace lode::cli

#endif
