// The short life of an instance: made, bound, used for some steps, destroyed. And what can be seen
// of lives as a whole: that they do not disturb each other, end when the host wishes, free what
// they take.
#pragma once

#include <lode/plugin.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "core/verify/findings.h"
#include "core/verify/settings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

class Life {
 public:
  using Clock = std::chrono::steady_clock;

  // `space`: what oracles and optimizers are bound to; `prepared`: where oracles prepare. The host
  // wishes to cancel at `cancel_at`.
  Life(const lode_component& component, const Setting& setting, lode_space space,
       std::filesystem::path prepared, Clock::time_point cancel_at = Clock::time_point::max())
      : component_(component),
        setting_(setting),
        space_(space),
        prepared_(std::move(prepared)),
        cancel_at_(cancel_at) {}

  // Lives it, and returns all that it gave: equal for equal lives. Ends at the first call that
  // fails. What happens `meanwhile`, between its calls, changes nothing of it.
  std::string Live(std::function<void()> meanwhile = {});

  // The call that went on the longest after the host's wish to cancel.
  Clock::duration overrun() const { return overrun_; }
  const std::string& late_call() const { return late_call_; }

 private:
  void LiveAsSpace(Subject& subject);
  void LiveAsOracle(Subject& subject);
  void LiveAsExploration(Subject& subject);
  void LiveAsOptimizer(Subject& subject);
  void HappenMeanwhile() const {
    if (meanwhile_) meanwhile_();
  }
  bool AskAndTell(Subject& subject, std::uint64_t step, std::size_t cells);

  // Times a call and notes what it returned; true if that was LODE_OK.
  template <class Function>
  bool Call(const char* name, Function&& function);
  template <class T>
  void Note(const T* values, std::size_t count) {
    given_.append(reinterpret_cast<const char*>(values), count * sizeof(T));
  }

  const lode_component& component_;
  const Setting& setting_;
  lode_space space_;
  std::filesystem::path prepared_;
  Clock::time_point cancel_at_;
  std::function<void()> meanwhile_;
  std::string given_;
  Clock::duration overrun_{};
  std::string late_call_;
};

// Lives side by side, in the middle of which instances with other settings live, lives that are
// cancelled, and many lives after each other. An oracle has
// prepared in `prepared` before, if it does. Rules:
// "instances.independent", "host.cancellation", "process.memory".
void CheckLives(const lode_component& component, const Setting& setting, lode_space space,
                const std::filesystem::path& prepared, Findings& findings);

}  // namespace lode::verify
