// Shows the progress of runs. On a terminal it redraws a block of lines: one for all runs together
// and one for each long run. Elsewhere it prints a line from time to time. Writes only to standard
// error.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/progress_line.h"
#include "core/run/run_listener.h"
#include "core/search/best_tracker.h"

namespace lode::cli {

// One run. Receives its events (run_listener.h). The drawing thread may read it at any time.
class ShownRun {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();  // tells the time

  // `budget` outlives *this.
  ShownRun(std::string title, const core::BudgetConfig& budget, Now now = Clock::now);

  void OnActivity(const core::RunActivity& activity);
  // A component's report about a long call is shown until the trial ends. Any thread.
  void OnProgress(const core::RunProgress& progress);
  // Replayed trials do not count for the time left. If the reward's metric is noisy, the best is
  // labeled "highest measured".
  void OnTrial(const core::RunTrial& event);

  core::ProgressState State() const;
  std::uint64_t failures() const { return failures_; }

 private:
  struct Call {
    Clock::time_point since{};
    double from = 0, fraction = -1;
    std::string what{};
  };
  bool HasBudget() const;
  double SpentOfBudget() const;
  double FractionOf(const Call& call) const;
  std::string Done() const;
  std::string Describe(const Call& call) const;

  const std::string title_;
  const core::BudgetConfig& budget_;
  const Now now_;
  core::MetricDeclaration metric_{};  // the reward's; set before best_metric_
  std::atomic<std::size_t> workers_ = 0, busy_ = 0;
  const Clock::time_point start_ = now_();
  core::ExactBest best_;             // only for the run's thread
  std::atomic<double> best_metric_;  // NaN before the first success
  std::atomic<std::uint64_t> steps_ = 0, unique_ = 0, failures_ = 0;
  std::atomic<double> full_evaluations_ = 0, cost_seconds_ = 0;
  std::atomic<bool> in_call_ = false;
  mutable std::mutex mutex_;
  Call call_;                                  // under mutex_; current if in_call_
  Clock::time_point measured_since_ = start_;  // under mutex_: the end of the replay,
  double measured_from_ = 0;                   // and the budget spent by then
};

// All runs. Thread-safe.
class ProgressDisplay {
 public:
  // `title`: the common title of the runs, or "". `seconds`: between lines if standard error is not
  // a terminal; 0: shows nothing, even on a terminal.
  ProgressDisplay(std::string title, std::size_t run_count, double seconds,
                  ShownRun::Now now = ShownRun::Clock::now);
  // Prints a final line if any run has ended.
  ~ProgressDisplay();

  std::size_t run_count() const { return run_count_; }

  ShownRun& Begin(std::string title, const core::BudgetConfig& budget);
  // `was_there`: it had ended before. `line`: the final line if it is the only run.
  void End(const ShownRun& run, bool was_there, std::string line);
  // The run ended without a result.
  void Drop(const ShownRun& run);
  // Prints a permanent line.
  void Print(std::string_view line);

 private:
  void Remove(const ShownRun& run);
  void ShowRepeatedly();
  void Erase() const;
  void Draw() const;
  std::vector<std::string> LinesFor(std::size_t columns, std::size_t rows) const;
  core::ProgressState State() const;
  core::ProgressState StateOfAll() const;

  const std::string title_;
  bool shows_, terminal_;
  const std::chrono::duration<double> pause_;
  const std::size_t run_count_;
  const ShownRun::Now now_;
  const ShownRun::Clock::time_point start_ = now_();
  std::mutex mutex_;
  std::list<ShownRun> active_;
  std::size_t ended_ = 0, there_before_ = 0;
  std::uint64_t failures_ = 0;  // of runs that have ended
  std::string last_;            // the line about the last of them
  bool stop_ = false;
  std::condition_variable wake_;
  std::thread showing_;
};

}  // namespace lode::cli
