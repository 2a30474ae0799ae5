// Reports the events of one run to a listener.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/run/run_listener.h"
#include "core/search/executor.h"
#include "core/search/trial.h"

namespace lode::core {

// Used by the run's thread.
class RunReporter : public TrialObserver {
 public:
  // Both outlive *this.
  RunReporter(const RunInfo& run, RunListener& listener) : run_(run), listener_(listener) {}
  RunReporter(const RunReporter&) = delete;
  RunReporter& operator=(const RunReporter&) = delete;

  // Returns a function for RunContext::progress. It may be called from any thread.
  std::function<void(const CallProgress&)> Progress() const;

  // Returns an executor that reports its evaluations. *this outlives it.
  std::unique_ptr<Executor> Watch(std::unique_ptr<Executor> executor);

  // Sets the metrics, the index of the one that the reward uses, and the number of replayed trials.
  // Call before the first trial. `metrics` outlives *this.
  void Describe(const std::vector<MetricDeclaration>& metrics, std::size_t reward_metric,
                std::uint64_t replayed);

  void OnEvaluation(const EvaluationRecord& evaluation) override;
  void OnTrial(const TrialRecord& trial) override;

 private:
  const RunInfo& run_;
  RunListener& listener_;
  const std::vector<MetricDeclaration>* metrics_ = nullptr;
  std::size_t reward_metric_ = 0;
  std::uint64_t replayed_ = 0;
  double cost_seconds_ = 0;
};

}  // namespace lode::core
