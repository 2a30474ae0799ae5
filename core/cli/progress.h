// Shows how far runs have come. On a terminal in lines that are drawn again and again: one for all
// runs, and one for each that takes long. Elsewhere in a line now and then. Writes to standard error
// only.
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

namespace lode::cli {

// One run. Is told of its events (run_listener.h); may be read from the drawing thread at any time.
class ShownRun {
 public:
  using Clock = std::chrono::steady_clock;

  // `budget` outlives *this.
  ShownRun(std::string title, const core::BudgetConfig& budget);

  void OnActivity(const core::RunActivity& activity);
  // What a component says of a long call is shown until the trial ends. Any thread.
  void OnProgress(const core::RunProgress& progress);
  // Replayed trials tell nothing of the time that others take. If the reward's metric is noisy, the best
  // is called what it is, the highest measured.
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
  core::MetricDeclaration metric_{};  // the reward's; set before best_metric_
  std::atomic<std::size_t> workers_ = 0, busy_ = 0;
  const Clock::time_point start_ = Clock::now();
  double best_reward_;               // the run's thread only
  std::atomic<double> best_metric_;  // NaN before the first success
  std::atomic<std::uint64_t> steps_ = 0, unique_ = 0, failures_ = 0;
  std::atomic<double> cost_seconds_ = 0;
  std::atomic<bool> in_call_ = false;
  mutable std::mutex mutex_;
  Call call_;                                  // under mutex_; of now if in_call_
  Clock::time_point measured_since_ = start_;  // under mutex_: when the replay had ended,
  double measured_from_ = 0;                   // and what was spent then
};

// All runs. Thread-safe.
class ProgressDisplay {
 public:
  // `title`: what they are together, or "". `seconds`: between two lines where standard error is not a
  // terminal; 0: nothing is shown at all.
  ProgressDisplay(std::string title, std::size_t run_count, double seconds);
  // Says how it ended, if any run did.
  ~ProgressDisplay();

  std::size_t run_count() const { return run_count_; }

  ShownRun& Begin(std::string title, const core::BudgetConfig& budget);
  // `was_there`: it had ended before. `line`: what is said of it at the end if it is the only one.
  void End(const ShownRun& run, bool was_there, std::string line);
  // It came to no result.
  void Drop(const ShownRun& run);
  // A line that stays.
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
  const ShownRun::Clock::time_point start_ = ShownRun::Clock::now();
  std::mutex mutex_;
  std::list<ShownRun> active_;
  std::size_t ended_ = 0, there_before_ = 0;
  std::uint64_t failures_ = 0;  // of those that have ended
  std::string last_;            // said of the last of them
  bool stop_ = false;
  std::condition_variable wake_;
  std::thread showing_;
};

}  // namespace lode::cli
