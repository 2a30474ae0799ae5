#include "core/cli/interruption.h"

#include <algorithm>
#include <csignal>

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"
#include "core/plugin/doing.h"

namespace lode::cli {

std::atomic<bool> interrupted = false;

namespace {

using Clock = std::chrono::steady_clock;

const Clock::time_point program_start = Clock::now();
std::atomic<bool> out_of_time = false;

void OnSignal(int) {
  if (interrupted.exchange(true)) {
    Leave(kInterrupted);  // what is stored is stored
  }
}

}  // namespace

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) {  // as nohup has it
    sigaction(SIGHUP, &action, nullptr);
  }
}

WallClock::WallClock(double seconds) {
  constexpr double kLongest = 1e9;  // what a clock can add
  if (seconds > 0) {
    const std::chrono::duration<double> length(std::min(seconds, kLongest));
    const auto end = program_start + std::chrono::ceil<Clock::duration>(length);
    waiting_ = core::Doing("starting a thread that looks at the clock",
                           [&] { return std::thread([this, end] { Wait(end); }); });
  }
}

WallClock::~WallClock() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (waiting_.joinable()) {
    waiting_.join();
  }
}

void WallClock::Wait(Clock::time_point end) {
  std::unique_lock lock(mutex_);
  if (!wake_.wait_until(lock, end, [this] { return stop_; }) && !interrupted) {
    out_of_time = true;
    interrupted = true;
  }
}

bool IsOutOfTime() { return out_of_time; }

int InterruptionStatus() { return out_of_time ? kOutOfTime : kInterrupted; }

}  // namespace lode::cli
