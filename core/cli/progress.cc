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
constexpr double kLongRun = 2;  // seconds; longer runs get their own line

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

std::string OutOf(std::uint64_t done, std::uint64_t all, const char* what) {
  return std::to_string(done) + "/" + std::to_string(all) + " " + what;
}

}  // namespace

ShownRun::ShownRun(std::string title, const core::BudgetConfig& budget, Now now)
    : title_(std::move(title)), budget_(budget), now_(now), best_metric_(std::nan("")) {}

void ShownRun::OnActivity(const core::RunActivity& activity) {
  workers_.store(activity.workers, std::memory_order_relaxed);
  busy_.store(activity.under_way, std::memory_order_relaxed);
}

// Restarts the clock if a call starts over or another one begins.
void ShownRun::OnProgress(const core::RunProgress& progress) {
  const std::lock_guard lock(mutex_);
  if (!in_call_ || progress.fraction < call_.fraction || call_.fraction < 0) {
    call_ = {now_(), progress.fraction, progress.fraction, ""};
  }
  call_.fraction = progress.fraction;
  call_.what = progress.what;
  in_call_ = true;
}

void ShownRun::OnTrial(const core::RunTrial& event) {
  const core::TrialRecord& trial = event.trial;
  in_call_.store(false, std::memory_order_relaxed);
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
    measured_since_ = now_();
    measured_from_ = SpentOfBudget();
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

// A call counts as part of a step only if it is the only one under way.
double ShownRun::FractionOf(const Call& call) const {
  const double part = call.fraction > 0 && busy_ <= 1 ? std::min(call.fraction, 1.0) : 0;
  if (!HasBudget()) { return part; }
  const auto queries = budget_.unique_queries ? budget_.unique_queries : budget_.full_evaluations;
  const auto steps = budget_.steps ? budget_.steps : queries;
  return std::min(SpentOfBudget() + (steps ? part / static_cast<double>(*steps) : 0), 1.0);
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

// With several workers, one call does not indicate the time left.
std::string ShownRun::Describe(const Call& call) const {
  std::string text = call.what;
  if (call.fraction >= 0) {
    text += " " + std::to_string(std::lround(100 * std::min(call.fraction, 1.0))) + " %";
  }
  const auto left = core::SecondsLeft(SecondsBetween(call.since, now_()), call.from, call.fraction);
  return left && busy_ <= 1 && HasBudget() ? text + ", " + core::FormatDuration(*left) + " left"
                                           : text;
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
  const Call call = in_call_ ? call_ : Call{};
  state.fraction = FractionOf(call);
  state.call = in_call_ ? Describe(call) : "";
  state.left_seconds =
      HasBudget() ? core::SecondsLeft(SecondsBetween(measured_since_, now_()), measured_from_,
                                      *state.fraction)
                  : core::SecondsLeft(SecondsBetween(call.since, now_()), call.from, call.fraction);
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
    Erase();
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
  active_.remove_if([&](const ShownRun& r) { return &r == &run; });
}

void ProgressDisplay::Print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (terminal_) { Erase(); }
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
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

void ProgressDisplay::Erase() const { std::fputs("\r\033[J", stderr); }

// Returns the cursor to the beginning of the lines. It stays there when the window's width changes
// and the terminal wraps the lines again, so the rewrapped lines are always below it.
void ProgressDisplay::Draw() const {
  const winsize size = TerminalSize();
  const std::vector<std::string> lines = LinesFor(size.ws_col - 1u, size.ws_row - 1u);
  Erase();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::fprintf(stderr, "%s%s", i > 0 ? "\n" : "", lines[i].c_str());
  }
  if (lines.size() > 1) { std::fprintf(stderr, "\033[%zuA", lines.size() - 1); }
  std::fputs("\r", stderr);
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

// Returns the state of a single run itself.
core::ProgressState ProgressDisplay::State() const {
  return run_count_ == 1 && !active_.empty() ? active_.front().State() : StateOfAll();
}

core::ProgressState ProgressDisplay::StateOfAll() const {
  core::ProgressState all;
  all.title = title_;
  all.done = OutOf(ended_, run_count_, run_count_ == 1 ? "run" : "runs");
  all.elapsed_seconds = SecondsBetween(start_, now_());
  all.failures = failures_;
  auto made = static_cast<double>(ended_ - there_before_);
  for (const ShownRun& run : active_) {
    const core::ProgressState state = run.State();
    all.failures += state.failures;
    all.busy += state.busy;
    all.workers += state.workers;
    all.call = all.call.empty() ? state.call : all.call;
    made += *state.fraction;
  }
  const auto to_make = static_cast<double>(run_count_ - there_before_);
  all.fraction = to_make > 0 ? made / to_make : 1;
  all.left_seconds =
      active_.empty() ? std::nullopt : core::SecondsLeft(all.elapsed_seconds, 0, *all.fraction);
  return all;
}

}  // namespace lode::cli
