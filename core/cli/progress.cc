#include "core/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <system_error>
#include <utility>

#include "core/cli/terminal.h"
#include "core/plugin/log.h"
#include "core/report/columns.h"
#include "core/report/words.h"

namespace lode::cli {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kRedraw{0.1};
constexpr char kErase[] = "\r\033[J";  // from the cursor's line to the end of the screen
constexpr double kLongRun = 2;         // seconds; longer runs get their own line

// Returns the current size of standard error's terminal.
winsize TerminalSize() {
  winsize size{};
  const bool known =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? size : winsize{24, 80, 0, 0};
}

double SecondsBetween(core::TrackedRun::Clock::time_point begin,
                      core::TrackedRun::Clock::time_point end) {
  return Seconds(end - begin).count();
}

std::string OutOf(std::uint64_t done, std::uint64_t all, const char* what) {
  return std::to_string(done) + "/" + std::to_string(all) + " " + what;
}

// "preparing 13 %: epoch 1 of 4, 0:34 left", or what a run that searches is doing
std::string WhatDoes(const core::ProgressState& state) {
  if (!state.is_preparing) { return state.call; }
  return state.done + ": " + state.call +
         (state.left_seconds ? ", " + core::FormatDuration(*state.left_seconds) + " left" : "");
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::string title, std::size_t run_count, double seconds,
                                 core::TrackedRun::Now now)
    : title_(std::move(title)),
      shows_(seconds > 0),
      terminal_(shows_ && ErrorIsScreen()),
      pause_(terminal_ ? kRedraw : Seconds(seconds)),
      run_count_(run_count),
      now_(now) {
  if (!shows_) { return; }
  try {
    showing_ = std::thread([this] { ShowRepeatedly(); });
  } catch (const std::system_error&) {  // no more threads: continue the runs without a display
    shows_ = terminal_ = false;
    return;
  }
  if (terminal_) {
    core::SetLogWriter(
        [this](std::string_view line) { Print(line.substr(0, line.find_last_not_of('\n') + 1)); });
  }
}

ProgressDisplay::~ProgressDisplay() {
  if (!shows_) { return; }
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  showing_.join();
  if (terminal_) {
    core::SetLogWriter(nullptr);
    std::fputs(kErase, stderr);
  }
  if (ended_ > there_before_) {
    const std::string line = run_count_ == 1 ? last_ : core::ProgressText(StateOfAll());
    std::fprintf(stderr, "lode: %s\n", line.c_str());
  }
}

core::TrackedRun& ProgressDisplay::Begin(std::string title, const core::BudgetConfig& budget) {
  const std::lock_guard lock(mutex_);
  return active_.emplace_back(std::move(title), budget, now_);
}

void ProgressDisplay::End(const core::TrackedRun& run, bool was_there, std::string line) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(line);
  Remove(run);
  ++ended_;
  there_before_ += was_there ? 1 : 0;
}

void ProgressDisplay::Drop(const core::TrackedRun& run) {
  const std::lock_guard lock(mutex_);
  Remove(run);
}

void ProgressDisplay::Remove(const core::TrackedRun& run) {
  failures_ += run.failures();
  const core::TrackedRun::Measured measured = run.measured();
  measured_ = {std::min(measured_.since, measured.since), measured_.from + measured.from};
  active_.remove_if([&](const core::TrackedRun& r) { return &r == &run; });
}

void ProgressDisplay::Print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, "%s%.*s\n", terminal_ ? kErase : "", static_cast<int>(line.size()),
               line.data());
  if (terminal_) { Draw(); }
}

void ProgressDisplay::ShowRepeatedly() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause_, [this] { return stop_; })) {
    if (terminal_) {
      Draw();
    } else if (!active_.empty()) {
      std::fprintf(stderr, "lode: %s\n", core::ProgressText(State()).c_str());
    }
  }
}

// Returns the cursor to the beginning of the lines. It stays there when the window's width changes
// and the terminal wraps the lines again, so the rewrapped lines are always below it. A frame is
// one write, so that a terminal does not show half of it.
void ProgressDisplay::Draw() const {
  const winsize size = TerminalSize();
  const std::vector<std::string> lines = LinesFor(size.ws_col - 1u, size.ws_row - 1u);
  std::string frame = kErase;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    frame.append(i > 0 ? "\n" : "").append(lines[i]);
  }
  if (lines.size() > 1) {
    frame.append("\033[").append(std::to_string(lines.size() - 1)).append("A");
  }
  frame += "\r";
  std::fwrite(frame.data(), 1, frame.size(), stderr);
  std::fflush(stderr);
}

std::vector<std::string> ProgressDisplay::LinesFor(std::size_t columns, std::size_t rows) const {
  std::vector<std::string> lines;
  if (columns > 0 && !active_.empty()) { lines.push_back(core::ProgressLine(State(), columns)); }
  for (const core::TrackedRun& run : active_) {
    const core::ProgressState state = run.State();
    if (run_count_ > 1 && state.elapsed_seconds >= kLongRun && !lines.empty() &&
        lines.size() < rows) {
      lines.push_back(core::ProgressLine(state, columns));
    }
  }
  return lines;
}

// Returns the state of a single run itself. Its title gives way to what it is doing.
core::ProgressState ProgressDisplay::State() const {
  if (run_count_ != 1 || active_.empty()) { return StateOfAll(); }
  core::ProgressState state = active_.front().State();
  if (!state.call.empty()) { state.title.clear(); }
  return state;
}

core::ProgressState ProgressDisplay::StateOfAll() const {
  core::ProgressState all;
  all.title = title_;
  all.done = OutOf(ended_, run_count_, run_count_ == 1 ? "run" : "runs");
  all.elapsed_seconds = SecondsBetween(start_, now_());
  all.failures = failures_;
  auto made = static_cast<double>(ended_ - there_before_);
  bool knows_length = false;  // the call that is shown
  for (const core::TrackedRun& run : active_) {
    const core::ProgressState state = run.State();
    all.failures += state.failures;
    all.busy += state.busy;
    all.workers += state.workers;
    if (all.call.empty() || (!knows_length && state.fraction)) {
      all.call = WhatDoes(state);
      knows_length = state.fraction.has_value();
    }
    made += state.is_preparing ? 0 : *state.fraction;
  }
  const auto to_make = static_cast<double>(run_count_ - there_before_);
  all.fraction = to_make > 0 ? made / to_make : 1;
  all.left_seconds = active_.empty() ? std::nullopt : SecondsLeftOfAll(made, to_make);
  return all;
}

std::optional<double> ProgressDisplay::SecondsLeftOfAll(double made, double to_make) const {
  core::TrackedRun::Measured measured = measured_;
  for (const core::TrackedRun& run : active_) {
    const core::TrackedRun::Measured of_run = run.measured();
    measured = {std::min(measured.since, of_run.since), measured.from + of_run.from};
  }
  return core::SecondsLeft(SecondsBetween(measured.since, now_()), measured.from / to_make,
                           made / to_make);
}

}  // namespace lode::cli
