// An executor that evaluates, as opposed to one that passes queries on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/search/executor.h"

namespace lode::core {

class TimedExecutor : public Executor {
 public:
  using Clock = std::chrono::steady_clock;

  // Waits as Next() does, but only until `deadline` or at most 50 ms later. Returns nothing if no
  // evaluation has finished by then. REQUIRES: a query was started whose evaluation was not taken.
  virtual std::optional<std::uint64_t> NextUntil(Clock::time_point deadline) = 0;

  std::uint64_t Next() final { return *NextUntil(Clock::time_point::max()); }
};

}  // namespace lode::core
