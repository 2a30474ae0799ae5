// Writes the files of a run.
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

// Writes one run to its directory, which is locked. Leaves an existing run unchanged until Agree().
class RunRecorder {
 public:
  // What the store records about the whole run.
  struct Facts {
    std::size_t workers = 0;         // evaluations at once
    std::uint64_t replayed = 0;      // trials to replay; later ones are dropped
    bool limits_evaluations = true;  // false: the run began when there was no limit
    Commit commit = Commit::kAuto;
  };
  // Throws HostError.
  RunRecorder(const PlannedRun& run, const StoreShape& shape, const Facts& facts);

  // Returns the observer for the search.
  TrialObserver* observer() { return &store_; }

  // The replay matched the stored trials: from here on the directory describes and holds this run.
  void Agree();
  bool has_agreed() const { return agreed_; }

  // Both do nothing before Agree(). Throw HostError.
  //
  // The run was interrupted or broken and can be resumed.
  void KeepUnfinished();
  // The run has ended. It counts as ended once all of its files are written.
  void KeepResult(const RunResult& result, Runner& runner);

 private:
  const PlannedRun& run_;
  RunStore store_;
  bool agreed_ = false;
};

}  // namespace lode::core
