// Shows how far runs have come. On a terminal in lines that are drawn again and again: one for all
// runs, and one for each that takes long. Elsewhere in a line now and then. Writes to standard error
// only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/progress_line.h"
#include "core/search/executor.h"
#include "core/search/trial.h"

namespace lode::cli {

// One run. Observes it; may be read from the drawing thread at any time.
class RunProgress : public core::TrialObserver {
 public:
  using Clock = std::chrono::steady_clock;

  RunProgress(std::string title, const core::BudgetConfig& budget);

  // Which of the metrics the best is shown of; if it is noisy, it is called what it is, the highest
  // measured. Before the first trial.
  void SetRewardMetric(const core::MetricDeclaration& metric, std::size_t position);
  // How many trials are replayed: they tell nothing of the time that others take. Before the first.
  void SetReplayed(std::uint64_t trials) { replayed_ = trials; }
  // The evaluations that are under way at once. `workers`: 0 if they are made by the run itself.
  void SetWorkers(std::size_t workers) { workers_ = workers; }
  void OnQuestion() { ++busy_; }
  void OnAnswer() { --busy_; }
  // What a component says of a long call: shown until the trial ends. Any thread.
  void OnProgress(double fraction, std::string_view what);
  void OnEvaluation(const core::EvaluationRecord& evaluation) override;
  void OnTrial(const core::TrialRecord& trial) override;

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
  core::MetricDeclaration metric_{};
  std::size_t position_ = 0;
  std::uint64_t replayed_ = 0;
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

// Tells a run's progress of the questions that are under way.
class CountedExecutor : public core::Executor {
 public:
  // `progress` outlives *this.
  CountedExecutor(std::unique_ptr<core::Executor> executor, RunProgress& progress);

  const core::MetricLists& metrics() const override { return executor_->metrics(); }
  std::size_t capacity() const override { return executor_->capacity(); }
  void Start(const core::Question& question) override;
  core::Measurement Finish(std::uint64_t id) override { return executor_->Finish(id); }

 private:
  const std::unique_ptr<core::Executor> executor_;
  RunProgress& progress_;
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

  RunProgress& Begin(std::string title, const core::BudgetConfig& budget);
  // `was_there`: it had ended before. `line`: what is said of it at the end if it is the only one.
  void End(RunProgress& run, bool was_there, std::string line);
  // A line that stays.
  void Print(std::string_view line);

 private:
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
  const RunProgress::Clock::time_point start_ = RunProgress::Clock::now();
  std::mutex mutex_;
  std::list<RunProgress> active_;
  std::size_t ended_ = 0, there_before_ = 0;
  std::uint64_t failures_ = 0;  // of those that have ended
  std::string last_;            // said of the last of them
  bool stop_ = false;
  std::condition_variable wake_;
  std::thread showing_;
};

}  // namespace lode::cli
