// Shows the progress of runs. On a terminal it redraws a block of lines: one for all runs together
// and one for each long run. Elsewhere it prints a line from time to time. Writes only to standard
// error.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
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
  // A component's report about a long call is shown until its evaluation or the trial ends. Any
  // thread.
  void OnProgress(const core::RunProgress& progress);
  // If the reward's metric is noisy, the best is labeled "highest measured".
  void OnTrial(const core::RunTrial& event);

  core::ProgressState State() const;
  std::uint64_t failures() const { return failures_; }

  // The work from which the time left follows: neither replayed trials nor a preparation, which
  // say nothing about the trials to come.
  struct Measured {
    Clock::time_point since{};
    double from = 0;  // the part of the budget that was spent by then
  };
  Measured measured() const;

 private:
  // The last report about a call, and the first one with a fraction.
  struct Call {
    Clock::time_point since{};
    double from = 0, fraction = -1;
    std::string what{};
    bool prepares = false;
  };
  // Those that are under way, by worker; calls of the run's own process are kNoWorker's.
  using Calls = std::map<std::int64_t, Call>;
  static constexpr std::int64_t kNoWorker = -1;

  static const Calls::value_type* MostTelling(const Calls& calls);
  template <class Condition>
  void RemoveCalls(Condition&& condition);
  bool HasBudget() const;
  double SpentOfBudget() const;
  double PartsOfSteps() const;
  double FractionOf(const Calls::value_type* shown) const;
  bool HasBegun() const;
  bool TellsTimeLeft(const Calls::value_type& shown) const;
  std::string Done() const;
  std::string Describe(const Calls::value_type& shown) const;
  void Show(const Calls::value_type& shown, core::ProgressState& state) const;

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
  std::atomic<bool> has_calls_ = false;
  mutable std::mutex mutex_;
  Calls calls_;                   // under mutex_
  Measured measured_{start_, 0};  // under mutex_
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
  void Draw() const;
  std::vector<std::string> LinesFor(std::size_t columns, std::size_t rows) const;
  core::ProgressState State() const;
  core::ProgressState StateOfAll() const;
  std::optional<double> SecondsLeftOfAll(double made, double to_make) const;

  const std::string title_;
  bool shows_, terminal_;
  const std::chrono::duration<double> pause_;
  const std::size_t run_count_;
  const ShownRun::Now now_;
  const ShownRun::Clock::time_point start_ = now_();
  std::mutex mutex_;
  std::list<ShownRun> active_;
  std::size_t ended_ = 0, there_before_ = 0;
  std::uint64_t failures_ = 0;                                          // of runs that have ended
  ShownRun::Measured measured_{ShownRun::Clock::time_point::max(), 0};  // likewise
  std::string last_;  // the line about the last of them
  bool stop_ = false;
  std::condition_variable wake_;
  std::thread showing_;
};

}  // namespace lode::cli
