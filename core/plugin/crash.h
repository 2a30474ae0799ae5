// What the program says before a crash ends it: in which component it was.
#pragma once

#include <filesystem>
#include <memory>

namespace lode::core {

// From here on a signal that a crash sends (SIGSEGV, SIGABRT and their kind) writes one line to
// standard error if a component was being called, "lode: optimizer 'rea': Segmentation fault (signal 11)",
// and then does what it did before. In a process that was forked from this one it only does that.
void NameCrashes();

// After `plugin` was loaded. A library that comes with it (UCX, below LibTorch 2) may have taken these
// signals: its handlers are replaced. Those of the plugin itself stay, for `lode verify` to find. Does
// nothing where nobody has called NameCrashes.
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
