// The stored trials of a run. Its search replays them, then continues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/run/plan.h"
#include "core/search/executor.h"
#include "core/search/reward.h"
#include "core/search/run.h"
#include "core/store/replay.h"

namespace lode::core {

class StoredTrials {
 public:
  // REQUIRES: the run exists. `capacity`: its number of concurrent evaluations. Throws HostError if
  // it began with another number, since the proposals depend on how many of them run ahead.
  StoredTrials(const PlannedRun& run, std::size_t capacity);

  // What the search replays, with the known trials that it began with. A run without a stored trial
  // may not have stored all of them, so it reads them again.
  const Beginning& beginning() const { return beginning_; }

  // True if the run began when evaluations had no limit. It continues without one.
  bool has_unlimited_evaluations() const { return unlimited_; }

  // Returns an executor that takes evaluations from the store as long as it can and then asks
  // `rest`. Call once.
  std::unique_ptr<Executor> Replaying(std::unique_ptr<Executor> rest);

  // Adds the proposals of the stored trials, for an optimizer that is restored, to beginning().
  // Throws HostError.
  void ReadProposals();

  // Returns a check that compares each trial with the stored one and calls `agreed` after the last
  // stored one. `reward` outlives the check.
  std::unique_ptr<ReplayCheck> MakeCheck(const Reward& reward, std::function<void()> agreed) const;

 private:
  const PlannedRun& run_;
  std::unique_ptr<StoredRun> stored_;  // until it is replayed
  Beginning beginning_;
  bool unlimited_ = false;
};

}  // namespace lode::core
