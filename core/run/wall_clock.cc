#include "core/run/wall_clock.h"

#include <algorithm>

#include "core/plugin/doing.h"

namespace lode::core {

WallClock::WallClock(CancelToken& token, Clock::time_point since, double seconds) : token_(token) {
  constexpr double kLongest = 1e9;  // seconds that can be added to a clock's time
  if (seconds > 0) {
    const std::chrono::duration<double> length(std::min(seconds, kLongest));
    const auto end = since + std::chrono::ceil<Clock::duration>(length);
    waiting_ = Doing("starting a thread that looks at the clock",
                     [&] { return std::thread([this, end] { Wait(end); }); });
  }
}

WallClock::~WallClock() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (waiting_.joinable()) { waiting_.join(); }
}

void WallClock::Wait(Clock::time_point end) {
  std::unique_lock lock(mutex_);
  if (!wake_.wait_until(lock, end, [this] { return stop_; })) {
    token_.Cancel(CancelReason::kWallTime);
  }
}

}  // namespace lode::core
