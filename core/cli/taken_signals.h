// Signals that a command takes when it is ready for them.
#pragma once

#include <signal.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace lode::cli {

// Blocks signals; they wait until they are taken.
class TakenSignals {
 public:
  TakenSignals(std::initializer_list<int> numbers) {
    sigemptyset(&signals_);
    for (const int number : numbers) { sigaddset(&signals_, number); }
    sigprocmask(SIG_BLOCK, &signals_, &before_);
  }
  ~TakenSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  TakenSignals(const TakenSignals&) = delete;
  TakenSignals& operator=(const TakenSignals&) = delete;

  // Waits for one. Returns its number, or 0 if none came in time.
  int Take(double seconds) const {
    timespec time{};
    time.tv_sec = static_cast<time_t>(seconds);
    time.tv_nsec = static_cast<long>((seconds - std::floor(seconds)) * 1e9);
    return std::max(sigtimedwait(&signals_, nullptr, &time), 0);
  }

 private:
  sigset_t signals_{}, before_{};
};

inline bool Ends(int signal) { return signal == SIGINT || signal == SIGTERM || signal == SIGHUP; }

}  // namespace lode::cli
