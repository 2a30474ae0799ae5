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

#ifndef LODE_SANITIZED  // nobody asks it there
// Ends the program if it is this one's end that is asked for and nobody may ask: anyone else's
// status, but not one that claims success.
void Refuse(const char* function, int status) {
  if (getpid() != guarded) {
    return;
  }
  if (returned >= 0) {
    Leave(returned);
  }
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
  for (;;) {
    syscall(SYS_exit_group, status);
  }
}

}  // namespace lode::cli

// The dynamic linker takes the program's own functions before those of the C library. A sanitizer has
// its own, and needs them.
#ifndef LODE_SANITIZED
namespace {

using Exit = void (*)(int);

[[noreturn]] void PassOn(const char* function, int status) {
  const auto next = reinterpret_cast<Exit>(dlsym(RTLD_NEXT, function));
  if (next != nullptr) {
    next(status);
  }
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

// NOLINTNEXTLINE(bugprone-reserved-identifier)
[[gnu::used]] LODE_EXPORT void _Exit(int status) noexcept {
  lode::cli::Refuse("_Exit", status);
  lode::cli::Leave(status);
}

}  // extern "C"
#endif
