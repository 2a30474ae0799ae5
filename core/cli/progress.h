// Shows how far runs have come: on a terminal one line for each run in hand, redrawn; elsewhere a
// plain line when a run ends. Writes to standard error only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::cli {

// One run's line. Observes the run; may be read from the drawing thread at any time.
class RunProgress : public core::TrialObserver {
 public:
  RunProgress(std::string title, const core::BudgetConfig& budget);

  // Which of the metrics the best is shown of; if it is noisy, it is called what it is, the highest
  // measured. Before the first trial.
  void SetRewardMetric(std::size_t metric, bool noisy) {
    reward_metric_ = metric;
    best_name_ = noisy ? "highest measured" : "best";
  }
  // What a component says of a long call: shown until the trial ends. Any thread.
  void OnProgress(double fraction, std::string_view what);
  void OnEvaluation(const core::EvaluationRecord& evaluation) override;
  void OnTrial(const core::TrialRecord& trial) override;
  std::string Line() const;

 private:
  double Fraction() const;

  const std::string title_;
  const core::BudgetConfig& budget_;
  std::size_t reward_metric_ = 0;
  std::string best_name_ = "best";
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double best_reward_;               // the run's thread only
  std::atomic<double> best_metric_;  // NaN before the first success
  std::atomic<std::uint64_t> steps_ = 0;
  std::atomic<std::uint64_t> unique_ = 0;
  std::atomic<double> cost_seconds_ = 0;
  std::atomic<bool> in_long_call_ = false;
  mutable std::mutex mutex_;
  std::string long_call_;  // under mutex_
};

// All runs. Thread-safe.
class ProgressDisplay {
 public:
  // Draws only if standard error is a terminal.
  explicit ProgressDisplay(std::size_t run_count);
  ~ProgressDisplay();

  RunProgress& Begin(std::string title, const core::BudgetConfig& budget);
  // Takes the run's line away and prints `line` in its place.
  void End(RunProgress& run, std::string_view line);

 private:
  void DrawRepeatedly();
  void Erase();
  void Draw();
  void Print(std::string_view line);

  const bool terminal_;
  const std::size_t run_count_;
  std::mutex mutex_;
  std::list<RunProgress> active_;
  std::size_t ended_ = 0;
  std::size_t drawn_lines_ = 0;
  bool stop_ = false;
  std::condition_variable wake_;
  std::thread drawing_;
};

}  // namespace lode::cli
