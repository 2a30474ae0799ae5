// The state of the process, which a component must leave as it was.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "core/verify/findings.h"

namespace lode::verify {

class ProcessState {
 public:
  static ProcessState Now();

  // Loading `plugin` also loads libraries, such as LibTorch. If one of these has taken a signal
  // that nobody handled, its handler counts as the previous state, because a component cannot
  // prevent that.
  void AcceptHandlersOfLibraries(const std::filesystem::path& plugin);

  // Compares the current state with the previous one. Gives threads some time to end. Rules:
  // "process.output", "process.threads" (unless `threads_may_stay`), "process.files",
  // "process.signals", "process.state".
  void Check(bool threads_may_stay, Findings& findings,
             std::chrono::milliseconds patience = std::chrono::seconds(1)) const;

 private:
  using Texts = std::map<std::string, std::string>;  // texts by name

  std::size_t threads_ = 0;
  std::map<int, off_t> printed_;  // descriptor of an output -> bytes, if it is a file
  Texts files_;                   // descriptor -> the open file
  std::map<int, void*> signals_;  // signal -> handler
  Texts settings_;                // "locale" -> "C", ...
};

}  // namespace lode::verify
