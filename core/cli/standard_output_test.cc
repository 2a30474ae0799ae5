#include "core/cli/standard_output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "core/cli/command.h"

namespace lode::cli {
namespace {

using testing::ExitedWithCode;

// Prints to a device and ends with the status of CloseStandardOutput. Call it in a process of its
// own.
[[noreturn]] void PrintTo(const char* device, std::size_t bytes, int status) {
  if (std::freopen(device, "w", stdout) == nullptr) { _exit(99); }
  std::printf("%s", std::string(bytes, 'x').c_str());
  _exit(CloseStandardOutput(status));
}

constexpr char kFull[] = "lode: standard output: No space left on device\n";

TEST(StandardOutput, AFullDeviceIsAFailure) {
  EXPECT_EXIT(PrintTo("/dev/full", 10, kDone), ExitedWithCode(kRunFailed), kFull);
}

// The stream has noticed it by then, and forgotten the reason.
TEST(StandardOutput, ADeviceThatWasFullBeforeTheEndIsAFailure) {
  EXPECT_EXIT(PrintTo("/dev/full", 1 << 20, kDone), ExitedWithCode(kRunFailed), kFull);
}

TEST(StandardOutput, AnotherFailureKeepsItsStatus) {
  EXPECT_EXIT(PrintTo("/dev/full", 10, kFindings), ExitedWithCode(kFindings), kFull);
  EXPECT_EXIT(PrintTo("/dev/full", 10, kInterrupted), ExitedWithCode(kInterrupted), kFull);
}

TEST(StandardOutput, WhatIsPrintedIsNoFailure) {
  EXPECT_EXIT(PrintTo("/dev/null", 1 << 20, kDone), ExitedWithCode(kDone), "^$");
  EXPECT_EXIT(PrintTo("/dev/null", 10, kOutOfTime), ExitedWithCode(kOutOfTime), "^$");
}

TEST(StandardOutput, NothingToPrintFitsOnAFullDevice) {
  EXPECT_EXIT(PrintTo("/dev/full", 0, kDone), ExitedWithCode(kDone), "^$");
}

TEST(StandardOutput, AReaderThatIsGoneIsAFailure) {
  const auto print = [] {
    int ends[2];
    if (pipe(ends) != 0) { _exit(99); }
    std::signal(SIGPIPE, SIG_IGN);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    std::printf("x");
    _exit(CloseStandardOutput(kDone));
  };
  EXPECT_EXIT(print(), ExitedWithCode(kRunFailed), "lode: standard output: Broken pipe\n");
}

TEST(StandardOutput, AClosedStreamFailsAndItsDescriptorIsNotTaken) {
  const auto print = [] {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    OpenStandardStreams();
    const int file = open("/dev/null", O_RDONLY);
    char byte = 0;
    const bool reads = read(STDIN_FILENO, &byte, 1) >= 0;
    std::printf("x");
    const int status = CloseStandardOutput(kDone);
    _exit(file > STDERR_FILENO && !reads ? status : 99);
  };
  EXPECT_EXIT(print(), ExitedWithCode(kRunFailed), "lode: standard output: Bad file descriptor\n");
}

TEST(StandardOutput, OpenStreamsStayAsTheyAre) {
  const auto print = [] {
    if (std::freopen("/dev/full", "w", stdout) == nullptr) { _exit(99); }
    OpenStandardStreams();
    std::printf("x");
    _exit(CloseStandardOutput(kDone));
  };
  EXPECT_EXIT(print(), ExitedWithCode(kRunFailed), kFull);
}

}  // namespace
}  // namespace lode::cli
