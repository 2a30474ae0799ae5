// What a run leaves in its directory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/run/plan.h"
#include "core/search/run.h"
#include "core/search/trial.h"
#include "core/store/run_store.h"

namespace lode::core {

// Writes one run to its directory, which is locked. A run that exists stays as it is until Agree().
class RunRecorder {
 public:
  // What the store says of the whole run.
  struct Facts {
    std::size_t workers = 0;         // evaluations at once
    std::uint64_t kept = 0;          // trials that are replayed; those after them are forgotten
    bool limits_evaluations = true;  // false: it began when they had no limit
    Commit commit = Commit::kAuto;
  };
  // Throws HostError.
  RunRecorder(const PlannedRun& run, const std::vector<MetricDeclaration>& metrics,
              const Facts& facts);

  // What is to observe the search.
  TrialObserver* observer() { return &store_; }

  // The stored trials have come out the same: from here on the directory describes and holds this run.
  void Agree();
  bool has_agreed() const { return agreed_; }

  // Both do nothing before Agree(). Throw HostError.
  //
  // The run was interrupted or broken, and can be resumed.
  void KeepUnfinished();
  // The run has ended. It counts as ended once everything that it leaves is there.
  void KeepResult(const RunResult& result, Runner& runner);

 private:
  const PlannedRun& run_;
  RunStore store_;
  bool agreed_ = false;
};

}  // namespace lode::core
