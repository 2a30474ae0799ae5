#include "core/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

#include "core/plugin/doing.h"
#include "core/plugin/log.h"

namespace lode::cli {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr int kBarWidth = 20;

bool DrawsOnTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

std::size_t TerminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string Bar(double fraction) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kBarWidth);
  return std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kBarWidth - full), '.');
}

std::string Duration(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  char text[48];
  if (whole < 60) {
    std::snprintf(text, sizeof text, "%ld s", whole);
  } else if (whole < 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld h", whole / 3600, whole % 3600 / 60);
  }
  return text;
}

}  // namespace

RunProgress::RunProgress(std::string title, const core::BudgetConfig& budget)
    : title_(std::move(title)),
      budget_(budget),
      best_reward_(-std::numeric_limits<double>::infinity()),
      best_metric_(std::nan("")) {}

void RunProgress::OnProgress(double fraction, std::string_view what) {
  const std::lock_guard lock(mutex_);
  long_call_ = what;
  if (fraction >= 0) {
    long_call_ += " " + std::to_string(std::lround(100 * std::min(fraction, 1.0))) + " %";
  }
  in_long_call_ = true;
}

void RunProgress::OnEvaluation(const core::EvaluationRecord& evaluation) {
  cost_seconds_.store(cost_seconds_ + evaluation.cost_seconds, std::memory_order_relaxed);
}

void RunProgress::OnTrial(const core::TrialRecord& trial) {
  in_long_call_.store(false, std::memory_order_relaxed);
  if (trial.feasible() && trial.reward > best_reward_) {
    best_reward_ = trial.reward;
    best_metric_.store(trial.metrics[reward_metric_], std::memory_order_relaxed);
  }
  unique_.fetch_add(trial.reused ? 0 : 1, std::memory_order_relaxed);
  steps_.store(trial.step + 1, std::memory_order_relaxed);
}

double RunProgress::Fraction() const {
  double fraction = 0;
  const auto consider = [&](double spent, const std::optional<std::uint64_t>& limit) {
    fraction = limit ? std::max(fraction, spent / static_cast<double>(*limit)) : fraction;
  };
  consider(static_cast<double>(steps_), budget_.steps);
  consider(static_cast<double>(unique_), budget_.unique_queries);
  consider(cost_seconds_, budget_.simulated_seconds);
  return fraction;
}

std::string RunProgress::Line() const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  const double fraction = Fraction();
  const double best = best_metric_;
  char text[160];
  const double rate = static_cast<double>(steps_) / spent.count();
  std::snprintf(text, sizeof text, " [%s] %3.0f %%  %llu steps  %.*f/s", Bar(fraction).c_str(),
                fraction * 100, static_cast<unsigned long long>(steps_.load()), rate < 10 ? 2 : 0,
                rate);
  std::string line = title_ + text;
  if (!std::isnan(best)) {
    std::snprintf(text, sizeof text, " %.2f", best);
    line += "  " + best_name_ + text;
  }
  if (fraction > 0) {
    line += "  " + Duration(spent.count() * (1 - fraction) / fraction) + " left";
  }
  if (in_long_call_) {
    const std::lock_guard lock(mutex_);
    line += "  " + long_call_;
  }
  return line;
}

ProgressDisplay::ProgressDisplay(std::size_t run_count)
    : terminal_(DrawsOnTerminal()), run_count_(run_count) {
  if (!terminal_) {
    return;
  }
  drawing_ = core::Doing("starting a thread that shows progress",
                         [this] { return std::thread([this] { DrawRepeatedly(); }); });
  core::SetLogWriter([this](std::string_view line) {
    const std::lock_guard lock(mutex_);
    Print(line.substr(0, line.find_last_not_of('\n') + 1));
  });
}

ProgressDisplay::~ProgressDisplay() {
  if (!terminal_) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  drawing_.join();
  core::SetLogWriter(nullptr);
  Erase();
}

RunProgress& ProgressDisplay::Begin(std::string title, const core::BudgetConfig& budget) {
  const std::lock_guard lock(mutex_);
  return active_.emplace_back(std::move(title), budget);
}

void ProgressDisplay::End(RunProgress& run, std::string_view line) {
  const std::lock_guard lock(mutex_);
  active_.remove_if([&](const RunProgress& r) { return &r == &run; });
  ++ended_;
  Print("[" + std::to_string(ended_) + "/" + std::to_string(run_count_) + "] " + std::string(line));
}

void ProgressDisplay::DrawRepeatedly() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kRedraw, [this] { return stop_; })) {
    Erase();
    Draw();
  }
}

void ProgressDisplay::Erase() {
  for (; drawn_lines_ > 0; --drawn_lines_) {
    std::fputs("\033[A\033[2K", stderr);
  }
}

void ProgressDisplay::Draw() {
  const std::size_t width = TerminalWidth();
  for (const RunProgress& run : active_) {
    std::fprintf(stderr, "%s\n", run.Line().substr(0, width - 1).c_str());
    ++drawn_lines_;
  }
  std::fflush(stderr);
}

void ProgressDisplay::Print(std::string_view line) {
  Erase();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  if (terminal_) {
    Draw();
  }
}

}  // namespace lode::cli
