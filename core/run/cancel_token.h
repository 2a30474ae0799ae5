// Ends runs from outside.
#pragma once

#include <atomic>

namespace lode::core {

enum class CancelReason {
  kNone,      // it was not cancelled
  kCaller,    // somebody wants it
  kWallTime,  // the runs have taken as long as they may
};

// Whoever has the token can end the runs that were given it: each of them finishes its current trial and
// stays in its directory as interrupted, to be resumed. A token is used once. It outlives the runs.
//
// All functions are thread-safe and async-signal-safe: a signal handler may cancel.
class CancelToken {
 public:
  CancelToken() = default;
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  // Returns whether this is the first call; the reason of the first call stays.
  bool Cancel(CancelReason reason = CancelReason::kCaller) noexcept {
    CancelReason none = CancelReason::kNone;
    const bool is_first = reason_.compare_exchange_strong(none, reason);
    flag_ = true;
    return is_first;
  }

  bool is_cancelled() const noexcept { return flag_; }
  CancelReason reason() const noexcept { return reason_; }

  // True once it is cancelled: for those who look at it often.
  const std::atomic<bool>& flag() const noexcept { return flag_; }

 private:
  static_assert(std::atomic<CancelReason>::is_always_lock_free &&
                std::atomic<bool>::is_always_lock_free);

  std::atomic<CancelReason> reason_ = CancelReason::kNone;
  std::atomic<bool> flag_ = false;
};

}  // namespace lode::core
