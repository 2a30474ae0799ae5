// What the program does before a crash ends it.
#pragma once

#include <filesystem>
#include <memory>

namespace lode::core {

// From here on a signal that a crash sends (SIGSEGV, SIGABRT and their kind) calls `name` if a component
// was being called, with "Segmentation fault (signal 11)", and then ends the process as it did before.
// Once, and not in a process that was forked from this one. `name` is async-signal-safe.
void NameCrashes(void (*name)(const char* how) noexcept);

// The same without a call: the host of this process reports how it ended.
void LeaveCrashesToHost();

// Call after `plugin` was loaded. A library that comes with it (UCX, below LibTorch 2) may handle these
// signals: its handlers are replaced, since one that returns would keep a crashed process running.
// Those of the plugin itself stay, for `lode verify` to find. Does nothing before one of the two above.
void TakeCrashesBack(const std::filesystem::path& plugin);

// A thread that has one can say so of a stack that has overflowed, too.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;  // none: the thread has one already
};

}  // namespace lode::core
