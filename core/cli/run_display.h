// Shows the events of runs on standard error.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/progress.h"
#include "core/run/run_listener.h"

namespace lode::cli {

// Draws the progress of the runs, stage by stage, and prints permanent lines. Catches signals from
// the first stage on; if an evaluation ignores one for too long, the program ends.
class RunDisplay : public core::RunListener {
 public:
  // `progress_seconds`: as for ProgressDisplay.
  explicit RunDisplay(double progress_seconds) : progress_seconds_(progress_seconds) {}

  void OnStageStarted(const core::StageStarted& stage) override;
  void OnStageFinished(const core::StageFinished& stage) override;
  void OnStarted(const core::RunStarted& run) override;
  void OnActivity(const core::RunActivity& activity) override;
  void OnProgress(const core::RunProgress& progress) override;
  void OnTrial(const core::RunTrial& trial) override;
  void OnFinished(const core::RunFinished& run) override;
  void OnFailed(const core::RunFailed& run) override;
  void OnWarning(const core::RunWarning& warning) override;
  void OnIdle() override;

 private:
  void Print(const std::string& line);

  const double progress_seconds_;
  std::optional<ProgressDisplay> display_;  // while a stage runs
  std::vector<core::TrackedRun*> runs_;     // of the stage; each is changed by its own thread
  std::optional<std::chrono::steady_clock::time_point> interrupted_since_;
};

}  // namespace lode::cli
