// Reports which component was being called when the program crashes.
#pragma once

#include <filesystem>
#include <memory>

namespace lode::core {

// From now on, a crash signal (SIGSEGV, SIGABRT and the like) during a call of a component calls
// `name` with "Segmentation fault (signal 11)", and then ends the process as it would have before.
// Only once, and not in a process forked from this one. `name` must be async-signal-safe.
void NameCrashes(void (*name)(const char* how) noexcept);

// The same without the call: the host of this process reports how the process ended.
void LeaveCrashesToHost();

// Call it after `plugin` was loaded. A library that comes with the plugin (UCX, used by LibTorch 2)
// may handle these signals. Its handlers are replaced, because one that returns would keep a
// crashed process running. Handlers of the plugin itself stay, for `lode verify` to find. Does
// nothing before one of the two functions above was called.
void ReclaimCrashHandlers(const std::filesystem::path& plugin);

// Lets the current thread report a stack overflow, too.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;  // null if the thread already has one
};

}  // namespace lode::core
