#include "core/search/teller.h"

namespace lode::core {
namespace {

// Known trials are not attempts of step 0, so they have attempt numbers of their own, which give
// each of them random numbers of its own.
constexpr std::uint64_t kKnownAttempt = std::uint64_t{1} << 52;

std::uint32_t FlagsOf(const TrialRecord& trial) {
  const auto flag = [](bool set, lode_trial_flag bit) {
    return set ? static_cast<std::uint32_t>(bit) : 0;
  };
  return flag(trial.random, LODE_TRIAL_RANDOM) | flag(!trial.failure.empty(), LODE_TRIAL_FAILED) |
         flag(trial.reused, LODE_TRIAL_REUSED);
}

lode_trial NewTrial(std::uint64_t step, ActionView action, ArchitectureView architecture) {
  lode_trial trial{};
  trial.struct_size = sizeof trial;
  trial.step = step;
  trial.action = action.empty() ? nullptr : action.data();
  trial.architecture = architecture.data();
  return trial;
}

}  // namespace

Teller::Teller(OptimizerInstance& optimizer, const Goals& goals, std::size_t metrics)
    : optimizer_(optimizer), goals_(goals), nan_metrics_(metrics, kNaN) {}

void Teller::Tell(const TrialRecord& trial, ArchitectureView architecture) {
  optimizer_.Enter(trial.step, Phase::kTell);
  TellResult(trial, FlagsOf(trial), architecture);
}

void Teller::TellKnown(const TrialRecord& trial, ArchitectureView architecture,
                       std::uint64_t position) {
  optimizer_.Enter(0, Phase::kTell, kKnownAttempt + position);
  TellResult(trial, LODE_TRIAL_KNOWN | LODE_TRIAL_RANDOM, architecture);
}

void Teller::TellResult(const TrialRecord& trial, std::uint32_t flags,
                        ArchitectureView architecture) {
  lode_trial told = NewTrial(trial.step, trial.action, architecture);
  told.flags = flags;
  told.reward = trial.reward;
  told.violation = trial.violation;
  told.fidelity = trial.fidelity;
  Tell(told, trial.failure.empty() ? trial.metrics : nan_metrics_);
}

void Teller::TellRejected(const Step& step) {
  optimizer_.Enter(step.number, Phase::kTell, step.attempt);
  const Evaluator::Proposed& proposed = step.ticket.proposed;
  lode_trial told = NewTrial(step.number, step.action, proposed.architecture);
  told.flags = LODE_TRIAL_FAILED | LODE_TRIAL_REJECTED;
  told.reward = told.violation = kNaN;
  told.fidelity = proposed.fidelity;
  Tell(told, nan_metrics_);
}

void Teller::Tell(lode_trial trial, std::span<const double> metrics) {
  objectives_ = goals_.stated() ? goals_.ObjectivesOf(metrics) : Objectives{trial.reward};
  trial.metrics = metrics.data();
  trial.metric_count = static_cast<std::uint32_t>(metrics.size());
  trial.objectives = objectives_.data();
  trial.objective_count = static_cast<std::uint32_t>(objectives_.size());
  optimizer_.Tell(trial);
}

}  // namespace lode::core
