// The trials that a run has stored before: its search replays them, then continues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/run/plan.h"
#include "core/search/executor.h"
#include "core/search/reward.h"
#include "core/store/replay.h"

namespace lode::core {

class KeptTrials {
 public:
  // Of a run that exists. `capacity`: how many evaluations it makes at once. Throws HostError if it
  // began with another number, since how many proposals run ahead decides what they are.
  KeptTrials(const PlannedRun& run, std::size_t capacity);

  // How many are replayed.
  std::uint64_t count() const { return count_; }

  // The run began when evaluations had no limit, and continues without one.
  bool has_unlimited_evaluations() const { return unlimited_; }

  // Answers questions from the store as far as it can, and asks `rest` the others. Call once.
  std::unique_ptr<Executor> Replaying(std::unique_ptr<Executor> rest);

  // Compares the trials with the stored ones as they come, and calls `agreed` after the last stored one.
  // `reward` outlives it.
  std::unique_ptr<ReplayCheck> MakeCheck(const Reward& reward, std::function<void()> agreed) const;

 private:
  const PlannedRun& run_;
  std::unique_ptr<StoredRun> stored_;  // until it is replayed
  std::uint64_t count_ = 0;
  bool unlimited_ = false;
};

}  // namespace lode::core
