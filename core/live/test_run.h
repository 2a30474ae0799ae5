// A run whose events and clock are made, for tests.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/live/tracked_run.h"

namespace lode::core {

inline std::atomic<TrackedRun::Clock::time_point> time_now;

inline TrackedRun::Clock::time_point TellTime() { return time_now; }

inline void Pass(double seconds) {
  time_now = time_now.load() + std::chrono::duration_cast<TrackedRun::Clock::duration>(
                                   std::chrono::duration<double>(seconds));
}

inline MetricDeclaration Percentage(const char* name, bool noisy = false) {
  MetricDeclaration metric;
  metric.name = name;
  metric.unit = "percent";
  metric.noisy = noisy;
  return metric;
}

struct ToldTrial {
  double accuracy = 50;
  bool failed = false, reused = false;
  double fidelity = 1, cost_seconds = 0;  // all costs so far
  std::uint64_t replayed = 0;             // trials at the start of the run
};

class TrackedRunTest : public testing::Test {
 protected:
  void Tell(const ToldTrial& trial) { Tell(run_, trial); }
  void Tell(TrackedRun& run, const ToldTrial& trial) const {
    const std::vector<double> values{0.5, trial.accuracy};
    TrialRecord record;
    record.reused = trial.reused;
    record.architecture = "a";
    record.reward = trial.failed ? std::nan("") : trial.accuracy;
    record.violation = trial.failed ? std::nan("") : 0;
    record.failure = trial.failed ? "no memory" : "";
    record.fidelity = trial.fidelity;
    if (!trial.failed) { record.metrics = values; }
    run.OnTrial({.run = info_,
                 .trial = record,
                 .metrics = metrics_,
                 .reward_metric = 1,
                 .replayed = trial.replayed,
                 .cost_seconds = trial.cost_seconds});
  }
  void TellMany(int count, const ToldTrial& trial = {}) {
    for (int i = 0; i < count; ++i) { Tell(trial); }
  }
  void Report(const CallProgress& call) { run_.OnProgress({info_, call}); }
  void Report(double fraction, const char* what = "epoch 3") { Report({fraction, what}); }
  void ReportPreparation(double fraction) { Report({fraction, "epoch 3", true}); }
  void ReportOf(std::uint32_t worker, double fraction) {
    Report({fraction, "epoch 3", false, worker});
  }

  const RunInfo info_{};
  std::vector<MetricDeclaration> metrics_{Percentage("loss"), Percentage("accuracy")};
  BudgetConfig budget_;
  TrackedRun run_{"p seed 3", budget_, TellTime};
};

}  // namespace lode::core
