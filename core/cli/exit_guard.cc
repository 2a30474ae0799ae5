#include "core/cli/exit_guard.h"

#include <dlfcn.h>
#include <lode/plugin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "core/cli/component_end.h"
#include "core/plugin/component_call.h"

namespace lode::cli {
namespace {

std::atomic<pid_t> guarded = 0;
std::atomic<int> returned = -1;

#ifndef LODE_SANITIZED  // unused there
// In this process, ends the program as a failure if a component's call is exiting or the status
// claims success; once `main` returns, ends it with that status. Otherwise lets the exit pass.
void Refuse(const char* function, int status) {
  if (getpid() != guarded) { return; }
  if (returned >= 0) { Leave(returned); }
  if (status == 0 || core::ComponentCall::Current() != nullptr) {
    char how[64];
    std::snprintf(how, sizeof how, "ended the program by %s(%d)", function, status);
    EndAsFailure(how);
  }
}
#endif

}  // namespace

void GuardExit() { guarded = getpid(); }

int Returning(int status) {
  returned = status;
  return status;
}

void Leave(int status) noexcept {
  for (;;) { syscall(SYS_exit_group, status); }
}

}  // namespace lode::cli

// The dynamic linker prefers the program's own functions to those of the C library. Sanitizers need
// theirs.
#ifndef LODE_SANITIZED
namespace {

using Exit = void (*)(int);

[[noreturn]] void PassOn(const char* function, int status) {
  const auto next = reinterpret_cast<Exit>(dlsym(RTLD_NEXT, function));
  if (next != nullptr) { next(status); }
  lode::cli::Leave(status);
}

}  // namespace

extern "C" {

[[gnu::used]] LODE_EXPORT void exit(int status) noexcept {
  lode::cli::Refuse("exit", status);
  PassOn("exit", status);
}

[[gnu::used]] LODE_EXPORT void quick_exit(int status) noexcept {
  lode::cli::Refuse("quick_exit", status);
  PassOn("quick_exit", status);
}

[[gnu::used]] LODE_EXPORT void _exit(int status) {
  lode::cli::Refuse("_exit", status);
  lode::cli::Leave(status);
}

[[gnu::used]] LODE_EXPORT void _Exit(int status) noexcept {
  lode::cli::Refuse("_Exit", status);
  lode::cli::Leave(status);
}

}  // extern "C"
#endif
