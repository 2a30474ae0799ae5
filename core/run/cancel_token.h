// Ends runs from outside.
#pragma once

#include <atomic>

namespace lode::core {

enum class CancelReason {
  kNone,      // not cancelled
  kCaller,    // requested by the caller
  kWallTime,  // the runs have used up their time
};

// Ends the runs that share the token: each finishes its current trial and stays in its directory as
// interrupted, so that it can be resumed. A token is used once. It outlives the runs.
//
// All functions are thread-safe and async-signal-safe, so a signal handler may cancel.
class CancelToken {
 public:
  CancelToken() = default;
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  // Returns whether this is the first call. Later calls do not change the reason.
  bool Cancel(CancelReason reason = CancelReason::kCaller) noexcept {
    CancelReason none = CancelReason::kNone;
    const bool is_first = reason_.compare_exchange_strong(none, reason);
    flag_ = true;
    return is_first;
  }

  bool is_cancelled() const noexcept { return flag_; }
  CancelReason reason() const noexcept { return reason_; }

  // True once the token is cancelled. Cheap enough to poll.
  const std::atomic<bool>& flag() const noexcept { return flag_; }

 private:
  static_assert(std::atomic<CancelReason>::is_always_lock_free &&
                std::atomic<bool>::is_always_lock_free);

  std::atomic<CancelReason> reason_ = CancelReason::kNone;
  std::atomic<bool> flag_ = false;
};

}  // namespace lode::core
