// Shows the progress of runs. On a terminal it redraws a block of lines: one for all runs together
// and one for each long run. Elsewhere it prints a line from time to time. Writes only to standard
// error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/config/pipeline.h"
#include "core/live/tracked_run.h"
#include "core/report/progress_line.h"

namespace lode::cli {

// All runs. Thread-safe.
class ProgressDisplay {
 public:
  // `title`: the common title of the runs, or "". `seconds`: between lines if standard error is not
  // a terminal; 0: shows nothing, even on a terminal.
  ProgressDisplay(std::string title, std::size_t run_count, double seconds,
                  core::TrackedRun::Now now = core::TrackedRun::Clock::now);
  // Prints a final line if any run has ended.
  ~ProgressDisplay();

  std::size_t run_count() const { return run_count_; }

  core::TrackedRun& Begin(std::string title, const core::BudgetConfig& budget);
  // `was_there`: it had ended before. `line`: the final line if it is the only run.
  void End(const core::TrackedRun& run, bool was_there, std::string line);
  // The run ended without a result.
  void Drop(const core::TrackedRun& run);
  // Prints a permanent line.
  void Print(std::string_view line);

 private:
  void Remove(const core::TrackedRun& run);
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
  const core::TrackedRun::Now now_;
  const core::TrackedRun::Clock::time_point start_ = now_();
  std::mutex mutex_;
  std::list<core::TrackedRun> active_;
  std::size_t ended_ = 0, there_before_ = 0;
  std::uint64_t failures_ = 0;  // of runs that have ended
  core::TrackedRun::Measured measured_{core::TrackedRun::Clock::time_point::max(), 0};  // likewise
  std::string last_;  // the line about the last of them
  bool stop_ = false;
  std::condition_variable wake_;
  std::thread showing_;
};

}  // namespace lode::cli
