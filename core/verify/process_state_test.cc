#include "core/verify/process_state.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_directory.h"
#include "toolkit/posix/descriptor.h"

namespace lode::verify {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace fs = std::filesystem;

// Returns what is found after something was done: "RULE: SEEN".
template <class Call>
std::vector<std::string> ChangesAfter(Call&& done) {
  const ProcessState before = ProcessState::Now();
  done();
  Findings findings;
  before.Check(false, findings);
  std::vector<std::string> found;
  for (const Finding& f : findings.list()) { found.push_back(f.rule + ": " + f.seen); }
  return found;
}

TEST(ProcessState, WhatComponentsMayDoIsNotFound) {
  EXPECT_THAT(ChangesAfter([] {
                const posix::Descriptor file(open("/dev/null", O_RDONLY));
                std::thread([] {}).join();
                setenv("LODE_TEST", "1", 1);
                unsetenv("LODE_TEST");
              }),
              IsEmpty());
}

TEST(ProcessState, VariablesOfTheEnvironmentAreComparedButNotShown) {
  setenv("LODE_CHANGED", "before", 1);
  const auto found = ChangesAfter([] {
    setenv("LODE_CHANGED", "secret", 1);
    setenv("LODE_NEW", "secret", 1);
  });
  EXPECT_THAT(found, ElementsAre(HasSubstr("environment variable LODE_CHANGED was value #"),
                                 HasSubstr("environment variable LODE_NEW was absent and is")));
  for (const std::string& text : found) {
    EXPECT_THAT(text, AllOf(StartsWith("process.state: "), testing::Not(HasSubstr("secret"))));
  }
  EXPECT_THAT(ChangesAfter([] { unsetenv("LODE_NEW"); }),
              ElementsAre(testing::EndsWith(" and is absent")));
  unsetenv("LODE_CHANGED");
}

TEST(ProcessState, TheWorkingDirectoryMustStay) {
  const fs::path before = fs::current_path();
  const TemporaryDirectory other;
  EXPECT_THAT(ChangesAfter([&] { fs::current_path(other.path()); }),
              ElementsAre("process.state: the working directory was " + before.string() +
                          " and is " + fs::canonical(other.path()).string()));
  fs::current_path(before);
}

TEST(ProcessState, TheFileMaskMustStayAndIsNotChangedByLooking) {
  const mode_t before = umask(027);
  EXPECT_THAT(ChangesAfter([] { umask(077); }),
              ElementsAre("process.state: the file mask was 23 and is 63"));
  EXPECT_EQ(umask(before), 077u);
}

TEST(ProcessState, ArithmeticMustStay) {
  EXPECT_THAT(ChangesAfter([] { std::fesetround(FE_UPWARD); }),
              ElementsAre(StartsWith("process.state: the rounding mode was ")));
  std::fesetround(FE_TONEAREST);
#ifdef __SSE2__
  const unsigned before = __builtin_ia32_stmxcsr();
  EXPECT_THAT(ChangesAfter([&] { __builtin_ia32_ldmxcsr(before | 0x8000); }),
              ElementsAre("process.state: flushing of denormal numbers was off and is on"));
  __builtin_ia32_ldmxcsr(before);
  EXPECT_THAT(ChangesAfter([&] { __builtin_ia32_ldmxcsr(before | 0x20); }), IsEmpty());  // inexact
  __builtin_ia32_ldmxcsr(before);
#endif
}

TEST(ProcessState, TheLocaleMustStay) {
  EXPECT_THAT(ChangesAfter([] { std::setlocale(LC_NUMERIC, "C.UTF-8"); }),
              ElementsAre(HasSubstr("the locale was C and is LC_CTYPE=C;LC_NUMERIC=C.UTF-8")));
  std::setlocale(LC_ALL, "C");
}

TEST(ProcessState, HandlersOfSignalsMustStay) {
  const auto found = ChangesAfter([] {
    std::signal(SIGUSR1, [](int) {});
    std::signal(SIGUSR2, SIG_IGN);
  });
  std::signal(SIGUSR1, SIG_DFL);
  std::signal(SIGUSR2, SIG_DFL);
  EXPECT_THAT(found, ElementsAre(AllOf(StartsWith("process.signals: "),
                                       HasSubstr("signal " + std::to_string(SIGUSR1) + " "),
                                       HasSubstr("was not handled and is handled at 0x")),
                                 AllOf(HasSubstr("signal " + std::to_string(SIGUSR2) + " "),
                                       HasSubstr("was not handled and is ignored"))));
}

// A function of the C library; a sanitizer puts functions of its own before some of them.
void (*OfTheCLibrary())(int) {
  void* const library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  return reinterpret_cast<void (*)(int)>(dlsym(library, "_exit"));
}

// LibTorch sets a handler while it is loaded; a plugin, or this program, may not.
TEST(ProcessState, OnlyAHandlerOfALibraryIsAccepted) {
  const auto found_after = [](void (*handler)(int), const fs::path& plugin) {
    ProcessState before = ProcessState::Now();
    std::signal(SIGUSR1, handler);
    before.AcceptHandlersOfLibraries(plugin);
    Findings findings;
    before.Check(false, findings);
    std::signal(SIGUSR1, SIG_DFL);
    return findings.list().size();
  };
  EXPECT_EQ(found_after(OfTheCLibrary(), "/plugins/acme.lode.so"), 0u);
  EXPECT_EQ(found_after([](int) {}, "/plugins/acme.lode.so"), 1u);
  EXPECT_EQ(found_after(SIG_IGN, "/plugins/acme.lode.so"), 1u);
}

TEST(ProcessState, ASignalThatWasTakenStaysTaken) {
  std::signal(SIGUSR1, [](int) {});
  ProcessState before = ProcessState::Now();
  std::signal(SIGUSR1, OfTheCLibrary());
  before.AcceptHandlersOfLibraries("/plugins/acme.lode.so");
  Findings findings;
  before.Check(false, findings);
  std::signal(SIGUSR1, SIG_DFL);
  EXPECT_EQ(findings.list().size(), 1u);
}

TEST(ProcessState, OpenFilesAreNamed) {
  posix::Descriptor kept;
  const auto found = ChangesAfter([&] { kept = posix::Descriptor(open("/dev/null", O_RDONLY)); });
  EXPECT_THAT(found, ElementsAre("process.files: descriptor " + std::to_string(kept.get()) +
                                 " was absent and is /dev/null"));
  EXPECT_THAT(ChangesAfter([&] { kept.Close(); }),
              ElementsAre(testing::EndsWith(" was /dev/null and is absent")));
}

// Returns what is found after a text was printed to one of two streams whose files exist.
std::vector<std::string> FoundAfterPrinting(std::FILE* stream, const char* text,
                                            const fs::path& out, const fs::path& err) {
  const posix::Descriptor original_out(dup(STDOUT_FILENO)), original_err(dup(STDERR_FILENO));
  constexpr int kFlags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
  const posix::Descriptor to_out(open(out.c_str(), kFlags, 0600)),
      to_err(open(err.c_str(), kFlags, 0600));
  std::fflush(stdout);
  dup2(to_out.get(), STDOUT_FILENO);
  dup2(to_err.get(), STDERR_FILENO);
  std::printf("printed before\n");
  std::fputs("said before\n", stderr);
  const auto found = ChangesAfter([&] { std::fputs(text, stream); });
  std::fflush(stdout);
  dup2(original_out.get(), STDOUT_FILENO);
  dup2(original_err.get(), STDERR_FILENO);
  return found;
}

TEST(ProcessState, OutputIsShown) {
  const TemporaryDirectory dir;
  const fs::path out = dir.path() / "out", err = dir.path() / "err";
  for (const fs::path& other : {err, out}) {
    EXPECT_THAT(FoundAfterPrinting(stderr, "", out, other), IsEmpty());
    for (std::FILE* stream : {stdout, stderr}) {
      EXPECT_THAT(FoundAfterPrinting(stream, "training...\n", out, other),
                  ElementsAre("process.output: to standard output or error: training... "));
    }
  }
}

TEST(ProcessState, AThreadMayTakeAMomentToEnd) {
  std::thread ending;
  EXPECT_THAT(ChangesAfter([&] {
                ending =
                    std::thread([] { std::this_thread::sleep_for(std::chrono::milliseconds(30)); });
              }),
              IsEmpty());
  ending.join();
}

TEST(ProcessState, AThreadThatStaysIsFoundUnlessItMay) {
  std::latch end(1);
  std::vector<std::thread> staying;
  const auto start = [&] { staying.emplace_back([&] { end.wait(); }); };
  const ProcessState before = ProcessState::Now();
  start();
  start();
  Findings findings, of_torch;
  before.Check(false, findings, std::chrono::milliseconds(1));
  EXPECT_THAT(findings.list(),
              ElementsAre(Finding{"process.threads", "", "2 threads keep running"}));
  before.Check(true, of_torch, std::chrono::milliseconds(1));
  EXPECT_THAT(of_torch.list(), IsEmpty());
  end.count_down();
  for (std::thread& thread : staying) { thread.join(); }
}

}  // namespace
}  // namespace lode::verify
