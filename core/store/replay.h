// Resumes a run: the search starts over and takes evaluations from the store as far as it has them,
// instead of asking the oracles. Deterministic components then reach the state they had, without
// any state being saved.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/search/executor.h"
#include "core/search/finished_evaluations.h"
#include "core/search/reward.h"
#include "core/search/trial.h"
#include "core/store/stored_run.h"

namespace lode::core {

inline constexpr auto kAllTrials = std::numeric_limits<std::uint64_t>::max();

// Takes evaluations from the store where possible, and asks another executor otherwise.
class ReplayExecutor : public Executor {
 public:
  // Only this object uses `stored`. The first `kept` of its trials belong to the run. For later
  // steps it gives only successful evaluations of the same architecture.
  ReplayExecutor(std::unique_ptr<StoredRun> stored, std::unique_ptr<Executor> rest,
                 std::uint64_t kept = kAllTrials);

  const MetricLists& metrics() const override { return rest_->metrics(); }
  const Fidelities& fidelities() const override { return rest_->fidelities(); }
  std::size_t capacity() const override { return rest_->capacity(); }
  NetworkOwner* network() override { return rest_->network(); }
  // Throws HostError if the query differs from the stored one.
  void Start(const Query& query) override;
  std::uint64_t Next() override;
  Evaluation Finish(std::uint64_t id) override;

 private:
  void FindColumns();
  bool IsKept(std::uint64_t step) const;
  // Returns the stored evaluation for a query, or null.
  const EvaluationRecord* Find(const Query& query);
  Evaluation Recall(const EvaluationRecord& stored) const;

  std::unique_ptr<StoredRun> stored_;  // null once all of it is used
  std::unique_ptr<Executor> rest_;
  const std::uint64_t kept_;
  const bool keeps_all_;
  std::unordered_set<std::uint64_t> kept_steps_;  // if evaluations were taken as they finished
  std::vector<std::size_t> columns_;              // positions of the measured metrics among all
  FinishedEvaluations finished_;
};

// Compares the trials of a replayed run with the stored ones: proposals and measurements to the
// last bit, values computed from them (reward and violation) up to rounding, because another
// machine or version may have computed the stored ones.
class ReplayCheck : public TrialObserver {
 public:
  // Compares the first `kept` trials that are told. `reward` outlives *this. `agreed` is called
  // after the last one, from within OnTrial.
  ReplayCheck(std::unique_ptr<StoredRun> stored, const Reward& reward,
              std::uint64_t kept = kAllTrials, std::function<void()> agreed = {});

  // Throws a HostError that names the step and the difference.
  void OnTrial(const TrialRecord& trial) override;
  // Call it after the run has spent its budget. Throws HostError if the run was shorter than the
  // stored one.
  void CheckEnd(std::uint64_t steps) const;

 private:
  const std::string file_;
  const std::uint64_t trials_;  // number of stored trials to compare
  std::uint64_t told_ = 0;
  const Reward& reward_;
  const std::function<void()> agreed_;
  std::unique_ptr<StoredRun> stored_;  // null once all were compared
};

}  // namespace lode::core
