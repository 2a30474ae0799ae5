#include "core/run/stored_trials.h"

#include <string>
#include <utility>

#include "core/plugin/error.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

void RequireCapacity(const PlannedRun& run, const std::string& then, const std::string& now) {
  if (!then.empty() && then != now) {
    throw HostError(run.directory.string() + ": was searched with " + then +
                    " evaluations at once, and can continue only with as many, not " + now);
  }
}

}  // namespace

// A store that does not state that its evaluations are limited was written by an earlier version.
StoredTrials::StoredTrials(const PlannedRun& run, std::size_t capacity)
    : run_(run), stored_(std::make_unique<StoredRun>(run.directory)) {
  RequireCapacity(run, stored_->Meta("workers"), std::to_string(capacity));
  beginning_.trials = run.asks_again && FailuresEnded(*stored_) ? stored_->TrialsToLastSuccess()
                                                                : stored_->trials();
  beginning_.taken = stored_->Taken(beginning_.trials);
  if (beginning_.trials > 0) { beginning_.known = stored_->Known(); }
  unlimited_ = beginning_.trials > 0 && stored_->Meta("evaluations").empty();
}

void StoredTrials::ReadProposals() {
  StoredRun stored(run_.directory);
  for (std::uint64_t step = 0; step < beginning_.trials; ++step) {
    const TrialRecord trial = stored.Trial(step);
    beginning_.proposals.push_back(
        {{trial.action.begin(), trial.action.end()}, std::string(trial.architecture)});
  }
}

std::unique_ptr<Executor> StoredTrials::Replaying(std::unique_ptr<Executor> rest) {
  return std::make_unique<ReplayExecutor>(std::move(stored_), std::move(rest), beginning_.trials);
}

std::unique_ptr<ReplayCheck> StoredTrials::MakeCheck(const Reward& reward,
                                                     std::function<void()> agreed) const {
  return std::make_unique<ReplayCheck>(std::make_unique<StoredRun>(run_.directory), reward,
                                       beginning_.trials, std::move(agreed));
}

}  // namespace lode::core
