// Resumes a run: the search begins anew, and as far as it was stored its questions are answered
// from the store instead of by oracles. Deterministic components are then where they were, with no
// state of their own saved.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/search/executor.h"
#include "core/search/reward.h"
#include "core/search/trial.h"
#include "core/store/stored_run.h"

namespace lode::core {

inline constexpr auto kAllTrials = std::numeric_limits<std::uint64_t>::max();

// Answers from the store what it has, and asks another executor the rest.
class ReplayExecutor : public Executor {
 public:
  // `stored` is for this alone. Of its trials the first `kept` are the run's: of later steps it
  // answers what was measured of the same architecture, and no failure.
  ReplayExecutor(std::unique_ptr<StoredRun> stored, std::unique_ptr<Executor> rest,
                 std::uint64_t kept = kAllTrials);

  const MetricLists& metrics() const override { return rest_->metrics(); }
  std::size_t capacity() const override { return rest_->capacity(); }
  // Throws HostError if what is asked is not what was asked then.
  void Start(const Question& question) override;
  Measurement Finish(std::uint64_t id) override;

 private:
  void FindColumns();
  // What was stored of a question; null: nothing.
  const EvaluationRecord* Find(const Question& question);
  Measurement Recall(const EvaluationRecord& evaluation) const;

  std::unique_ptr<StoredRun> stored_;  // null once it has nothing more to answer
  std::unique_ptr<Executor> rest_;
  const std::uint64_t kept_;
  const bool keeps_all_;
  std::vector<std::size_t> columns_;  // of the metrics that are measured among all
  std::map<std::uint64_t, Measurement> answers_;
};

// Compares the trials of a replayed run with the stored ones: what was proposed and measured to the
// last bit, and what is computed of it, reward and violation, up to rounding. Rewards may be of
// another machine or version, whose last bits differ.
class ReplayCheck : public TrialObserver {
 public:
  // The first `kept` of them. `reward` outlives it. `agreed` is called after the last one, from
  // within OnTrial.
  ReplayCheck(std::unique_ptr<StoredRun> stored, const Reward& reward,
              std::uint64_t kept = kAllTrials, std::function<void()> agreed = {});

  // Throws HostError that names the step and the difference.
  void OnTrial(const TrialRecord& trial) override;
  // After the run has spent its budget: throws HostError if it was shorter than what is stored.
  void CheckEnd(std::uint64_t steps) const;

 private:
  const std::string file_;
  const std::uint64_t trials_;  // stored ones
  const Reward& reward_;
  const std::function<void()> agreed_;
  std::unique_ptr<StoredRun> stored_;  // null once all of them were compared
};

}  // namespace lode::core
