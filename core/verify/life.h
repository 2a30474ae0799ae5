// The short life of an instance: it is created, bound, used for some steps, destroyed. Checks of
// whole lives: they must not disturb each other, end when the host asks for it, and free their
// memory.
#pragma once

#include <lode/plugin.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "core/verify/case.h"
#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

class Life {
 public:
  using Clock = std::chrono::steady_clock;

  // The host cancels at `cancel_at`.
  explicit Life(Case lived, Clock::time_point cancel_at = Clock::time_point::max())
      : case_(std::move(lived)), cancel_at_(cancel_at) {}

  // Runs the life and returns all its results, which are equal for equal lives. Ends at the first
  // call that fails. `meanwhile` is called between its calls and must not change them.
  std::string Live(std::function<void()> meanwhile = {});

  // The call that continued the longest after the host's cancellation.
  Clock::duration overrun() const { return overrun_; }
  const std::string& late_call() const { return late_call_; }

 private:
  void LiveAsSpace(Subject& subject);
  void LiveAsOracle(Subject& subject);
  void LiveAsExploration(Subject& subject);
  void LiveAsOptimizer(Subject& subject);
  void HappenMeanwhile() const {
    if (meanwhile_) { meanwhile_(); }
  }
  bool AskAndTell(Subject& subject, std::uint64_t step, std::size_t cells);

  // Times a call and records its status. Returns whether that was LODE_OK.
  template <class Function>
  bool Call(const char* name, Function&& function);
  template <class T>
  void Note(const T* values, std::size_t count) {
    given_.append(reinterpret_cast<const char*>(values), count * sizeof(T));
  }

  const Case case_;
  Clock::time_point cancel_at_;
  std::function<void()> meanwhile_;
  std::string given_;
  Clock::duration overrun_{};
  std::string late_call_;
};

// Checks lives side by side, lives during which instances with other settings live, cancelled
// lives, and many lives one after another. An oracle that prepares has already prepared. Rules:
// "instances.independent", "host.cancellation", "process.memory".
void CheckLives(const Case& checked, Findings& findings);

}  // namespace lode::verify
