// What the program does before a crash ends it.
#pragma once

#include <filesystem>
#include <memory>

namespace lode::core {

// From here on a signal that a crash sends (SIGSEGV, SIGABRT and their kind) writes one line to
// standard error if a component was being called, "lode: optimizer 'rea': Segmentation fault (signal 11)",
// and then ends the process as it did before. A process that was forked from this one writes nothing.
void NameCrashes();

// The same without the line: the host of this process reports how it ended.
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
