// Limits the wall time of runs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/run/cancel_token.h"

namespace lode::core {

// Cancels a token when the time is over, unless destroyed before.
class WallClock {
 public:
  using Clock = std::chrono::steady_clock;

  // The time is over `seconds` after `since`; 0: never. `token` outlives *this. Throws HostError if
  // the system cannot start a thread.
  WallClock(CancelToken& token, Clock::time_point since, double seconds);
  ~WallClock();
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

 private:
  void Wait(Clock::time_point end);

  CancelToken& token_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;  // under mutex_
  std::thread waiting_;
};

}  // namespace lode::core
