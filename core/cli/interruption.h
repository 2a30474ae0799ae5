// Ctrl-C and its like, and the end of a slot: the current runs end, and can be resumed.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace lode::cli {

// Set by the first SIGINT, SIGTERM or SIGHUP, or by a WallClock; a later signal ends the program at once.
extern std::atomic<bool> interrupted;

void CatchSignals();

// Interrupts when the program has run for so long, as long as it lives.
class WallClock {
 public:
  // 0: never.
  explicit WallClock(double seconds);
  ~WallClock();
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

 private:
  void Wait(std::chrono::steady_clock::time_point end);

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;  // under mutex_
  std::thread waiting_;
};

// Whether it was a WallClock that interrupted.
bool IsOutOfTime();

// kOutOfTime or kInterrupted.
int InterruptionStatus();

}  // namespace lode::cli
