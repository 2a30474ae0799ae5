// Follows a run while it runs: what it has done, what it is doing, and the time left.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/progress_line.h"
#include "core/run/run_listener.h"
#include "core/search/best_tracker.h"

namespace lode::core {

// Receives the events of one run (run_listener.h). Another thread may read its state at any time.
class TrackedRun {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();  // tells the time

  // `budget` outlives *this.
  TrackedRun(std::string title, const BudgetConfig& budget, Now now = Clock::now);

  void OnActivity(const RunActivity& activity);
  // A component's report about a long call is shown until its evaluation or the trial ends. Any
  // thread.
  void OnProgress(const RunProgress& progress);
  // If the reward's metric is noisy, the best is labeled "highest measured".
  void OnTrial(const RunTrial& event);

  ProgressState State() const;
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
  void Show(const Calls::value_type& shown, ProgressState& state) const;

  const std::string title_;
  const BudgetConfig& budget_;
  const Now now_;
  MetricDeclaration metric_{};  // the reward's; set before best_metric_
  std::atomic<std::size_t> workers_ = 0, busy_ = 0;
  const Clock::time_point start_ = now_();
  ExactBest best_;                   // only for the run's thread
  std::atomic<double> best_metric_;  // NaN before the first success
  std::atomic<std::uint64_t> steps_ = 0, unique_ = 0, failures_ = 0;
  std::atomic<double> full_evaluations_ = 0, cost_seconds_ = 0;
  std::atomic<bool> has_calls_ = false;
  mutable std::mutex mutex_;
  Calls calls_;                   // under mutex_
  Measured measured_{start_, 0};  // under mutex_
};

}  // namespace lode::core
