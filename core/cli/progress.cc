#include "core/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

#include "core/plugin/log.h"
#include "core/report/columns.h"
#include "core/report/words.h"

namespace lode::cli {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kRedraw{0.1};
constexpr char kErase[] = "\r\033[J";  // from the cursor's line to the end of the screen
constexpr double kLongRun = 2;         // seconds; longer runs get their own line

bool DrawsOnTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

// Returns the current size of standard error's terminal.
winsize TerminalSize() {
  winsize size{};
  const bool known =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? size : winsize{24, 80, 0, 0};
}

double SecondsBetween(ShownRun::Clock::time_point begin, ShownRun::Clock::time_point end) {
  return Seconds(end - begin).count();
}

// Returns " 25 %"; "" if the fraction is not known.
std::string PercentOf(double fraction) {
  return fraction < 0 ? ""
                      : " " + std::to_string(std::lround(100 * std::min(fraction, 1.0))) + " %";
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

ShownRun::ShownRun(std::string title, const core::BudgetConfig& budget, Now now)
    : title_(std::move(title)), budget_(budget), now_(now), best_metric_(std::nan("")) {}

ShownRun::Measured ShownRun::measured() const {
  const std::lock_guard lock(mutex_);
  return measured_;
}

template <class Condition>
void ShownRun::RemoveCalls(Condition&& condition) {
  if (!has_calls_.load(std::memory_order_relaxed)) { return; }
  const std::lock_guard lock(mutex_);
  std::erase_if(calls_, condition);
  has_calls_ = !calls_.empty();
}

void ShownRun::OnActivity(const core::RunActivity& activity) {
  workers_.store(activity.workers, std::memory_order_relaxed);
  busy_.store(activity.under_way, std::memory_order_relaxed);
  RemoveCalls([&](const Calls::value_type& call) {
    const bool has_ended = activity.finished && call.first == *activity.finished;
    return has_ended || (call.second.prepares && activity.under_way > 0);
  });
}

// Restarts the clock if a call starts over or another one begins.
void ShownRun::OnProgress(const core::RunProgress& progress) {
  const core::CallProgress& report = progress.call;
  const std::lock_guard lock(mutex_);
  Call& call = calls_[report.worker ? *report.worker : kNoWorker];
  if (report.fraction < call.fraction || call.fraction < 0 || report.prepares != call.prepares) {
    call = {now_(), report.fraction, report.fraction, "", report.prepares};
  }
  call.fraction = report.fraction;
  call.what = report.what;
  has_calls_ = true;
  if (report.prepares) { measured_ = {now_(), SpentOfBudget()}; }
}

void ShownRun::OnTrial(const core::RunTrial& event) {
  const core::TrialRecord& trial = event.trial;
  RemoveCalls([](const Calls::value_type& call) { return call.first == kNoWorker; });
  const std::uint64_t steps = steps_ + 1;
  if (steps == 1) { metric_ = event.metrics[event.reward_metric]; }
  if (best_.Add(trial)) {
    best_metric_.store(trial.metrics[event.reward_metric], std::memory_order_release);
  }
  failures_.fetch_add(trial.failure.empty() ? 0 : 1, std::memory_order_relaxed);
  unique_.fetch_add(trial.reused ? 0 : 1, std::memory_order_relaxed);
  full_evaluations_ = full_evaluations_ + (trial.reused ? 0 : trial.fidelity);
  cost_seconds_.store(event.cost_seconds, std::memory_order_relaxed);
  steps_.store(steps, std::memory_order_relaxed);
  if (steps == event.replayed) {
    const std::lock_guard lock(mutex_);
    measured_ = {now_(), SpentOfBudget()};
  }
}

double ShownRun::SpentOfBudget() const {
  double fraction = 0;
  const auto consider = [&](double spent, const std::optional<std::uint64_t>& limit) {
    fraction = limit ? std::max(fraction, spent / static_cast<double>(*limit)) : fraction;
  };
  consider(static_cast<double>(steps_), budget_.steps);
  consider(static_cast<double>(unique_), budget_.unique_queries);
  consider(full_evaluations_, budget_.full_evaluations);
  consider(cost_seconds_, budget_.simulated_seconds);
  return std::min(fraction, 1.0);
}

bool ShownRun::HasBudget() const { return budget_.is_limited(); }

// Returns how many steps the calls under way are worth. A call outside of workers counts only if it
// is the only one.
double ShownRun::PartsOfSteps() const {
  double parts = 0;
  for (const auto& [worker, call] : calls_) {
    const bool counts = !call.prepares && (worker != kNoWorker || busy_ <= 1);
    parts += counts ? std::clamp(call.fraction, 0.0, 1.0) : 0;
  }
  return parts;
}

double ShownRun::FractionOf(const Calls::value_type* shown) const {
  if (!HasBudget() || (shown != nullptr && shown->second.prepares)) {
    return shown != nullptr ? std::clamp(shown->second.fraction, 0.0, 1.0) : 0;
  }
  const auto queries = budget_.unique_queries ? budget_.unique_queries : budget_.full_evaluations;
  const auto steps = budget_.steps ? budget_.steps : queries;
  return std::min(SpentOfBudget() + (steps ? PartsOfSteps() / static_cast<double>(*steps) : 0),
                  1.0);
}

// Returns the first call whose length is known, or else the first; null if there is none.
const ShownRun::Calls::value_type* ShownRun::MostTelling(const Calls& calls) {
  const auto known =
      std::ranges::find_if(calls, [](const auto& call) { return call.second.fraction >= 0; });
  return known != calls.end() ? &*known : calls.empty() ? nullptr : &*calls.begin();
}

std::string ShownRun::Done() const {
  return budget_.steps               ? OutOf(steps_, *budget_.steps, "steps")
         : budget_.unique_queries    ? OutOf(unique_, *budget_.unique_queries, "queries")
         : budget_.full_evaluations  ? OutOf(static_cast<std::uint64_t>(full_evaluations_),
                                             *budget_.full_evaluations, "full evaluations")
         : budget_.simulated_seconds ? OutOf(static_cast<std::uint64_t>(cost_seconds_),
                                             *budget_.simulated_seconds, "simulated s")
                                     : "";
}

// Before the first trial, only the progress of evaluations is that of the search: what an optimizer
// does first may be done once.
bool ShownRun::HasBegun() const { return busy_ > 0 || SpentOfBudget() > measured_.from; }

// Of several calls outside of workers, one does not indicate the time left.
bool ShownRun::TellsTimeLeft(const Calls::value_type& shown) const {
  return shown.first != kNoWorker || busy_ <= 1;
}

// "worker 2: epoch 3 of 12 25 %, 0:20 left"
std::string ShownRun::Describe(const Calls::value_type& shown) const {
  const auto& [worker, call] = shown;
  std::string text;
  if (worker != kNoWorker && workers_ > 1) { text = "worker " + std::to_string(worker + 1) + ": "; }
  text += call.what + PercentOf(call.fraction);
  const auto left = core::SecondsLeft(SecondsBetween(call.since, now_()), call.from, call.fraction);
  return left && TellsTimeLeft(shown) && HasBudget()
             ? text + ", " + core::FormatDuration(*left) + " left"
             : text;
}

// Of a preparation, the line shows only the preparation: the search has not begun.
void ShownRun::Show(const Calls::value_type& shown, core::ProgressState& state) const {
  const Call& call = shown.second;
  if (call.prepares) {
    state.is_preparing = true;
    state.done = "preparing" + PercentOf(call.fraction);
    if (call.fraction < 0) { state.fraction.reset(); }
    state.call = call.what;
  } else {
    state.call = Describe(shown);
  }
  if (call.prepares || !HasBudget()) {
    state.left_seconds =
        core::SecondsLeft(SecondsBetween(call.since, now_()), call.from, call.fraction);
  }
}

core::ProgressState ShownRun::State() const {
  core::ProgressState state;
  state.title = title_;
  state.done = Done();
  state.elapsed_seconds = SecondsBetween(start_, now_());
  state.failures = failures_;
  state.workers = workers_;
  state.busy = std::min<std::size_t>(busy_, workers_);
  if (const double best = best_metric_.load(std::memory_order_acquire); !std::isnan(best)) {
    state.best =
        (metric_.noisy ? "highest measured " : "best ") + core::FormatMetric(metric_, best);
  }
  const std::lock_guard lock(mutex_);
  const Calls::value_type* const shown = MostTelling(calls_);
  state.fraction = FractionOf(shown);
  if (HasBudget() && HasBegun()) {
    state.left_seconds =
        core::SecondsLeft(SecondsBetween(measured_.since, now_()), measured_.from, *state.fraction);
  }
  if (shown != nullptr) { Show(*shown, state); }
  return state;
}

ProgressDisplay::ProgressDisplay(std::string title, std::size_t run_count, double seconds,
                                 ShownRun::Now now)
    : title_(std::move(title)),
      shows_(seconds > 0),
      terminal_(shows_ && DrawsOnTerminal()),
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

ShownRun& ProgressDisplay::Begin(std::string title, const core::BudgetConfig& budget) {
  const std::lock_guard lock(mutex_);
  return active_.emplace_back(std::move(title), budget, now_);
}

void ProgressDisplay::End(const ShownRun& run, bool was_there, std::string line) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(line);
  Remove(run);
  ++ended_;
  there_before_ += was_there ? 1 : 0;
}

void ProgressDisplay::Drop(const ShownRun& run) {
  const std::lock_guard lock(mutex_);
  Remove(run);
}

void ProgressDisplay::Remove(const ShownRun& run) {
  failures_ += run.failures();
  const ShownRun::Measured measured = run.measured();
  measured_ = {std::min(measured_.since, measured.since), measured_.from + measured.from};
  active_.remove_if([&](const ShownRun& r) { return &r == &run; });
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
  for (const ShownRun& run : active_) {
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
  for (const ShownRun& run : active_) {
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
  ShownRun::Measured measured = measured_;
  for (const ShownRun& run : active_) {
    const ShownRun::Measured of_run = run.measured();
    measured = {std::min(measured.since, of_run.since), measured.from + of_run.from};
  }
  return core::SecondsLeft(SecondsBetween(measured.since, now_()), measured.from / to_make,
                           made / to_make);
}

}  // namespace lode::cli
