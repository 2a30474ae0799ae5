// Tells the optimizer what became of proposals.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/plugin/component.h"
#include "core/search/pareto.h"
#include "core/search/step.h"
#include "core/search/trial.h"

namespace lode::core {

class Teller {
 public:
  // Trials have `metrics` metrics. All arguments outlive *this.
  Teller(OptimizerInstance& optimizer, const Goals& goals, std::size_t metrics);

  // Throws HostError, CancelledError.
  void Tell(const TrialRecord& trial, ArchitectureView architecture);
  // For trials before the first step; `position` counts 0, 1, ...
  void TellKnown(const TrialRecord& trial, ArchitectureView architecture, std::uint64_t position);
  // For the last proposal of a step, which broke a limit.
  void TellRejected(const Step& step);

 private:
  void TellResult(const TrialRecord& trial, std::uint32_t flags, ArchitectureView architecture);
  void Tell(lode_trial trial, std::span<const double> metrics);

  OptimizerInstance& optimizer_;
  const Goals& goals_;
  const std::vector<double> nan_metrics_;  // the metrics of a failed trial
  Objectives objectives_;
};

}  // namespace lode::core
