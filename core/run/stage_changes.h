// Decides which of the stages that a directory holds are kept, replaced, or refused.
#pragma once

#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include "core/config/stages.h"
#include "core/run/run_listener.h"
#include "core/run/run_policy.h"
#include "core/run/stage_run.h"

namespace lode::core {

// Compares what is kept of the stages with what is wanted, as a policy has it: a stage that is the same
// is kept, one that differs makes room or is refused.
class StageChanges {
 public:
  // `stages`: those that are looked at, in their order. All outlives *this.
  StageChanges(const Stages& wanted, const std::list<StageRun>& stages, const RunPolicy& policy,
               std::filesystem::path root, RunListener& listener);

  // Changes nothing on the disk. REQUIRES: the stages before were looked at. Throws HostError if the
  // stage cannot be run as it is.
  void Look(StageRun& stage) const;

  // Removes, or puts aside, what the stage is to replace. Throws HostError.
  void MakeRoom(StageRun& stage) const;

  // Looks at what earlier stages have left for it: they have finished. Throws HostError.
  void CheckInputs(StageRun& stage) const;

  // Whether what is kept continues although it has changed.
  bool Forces(const StageRun& stage) const;

 private:
  void LookAtKept(StageRun& stage) const;
  void Replace(StageRun& stage, const std::string& change) const;
  std::vector<std::string> StageNames() const;

  const Stages& wanted_;
  const std::list<StageRun>& stages_;
  const RunPolicy& policy_;
  const std::filesystem::path root_;
  RunListener& listener_;
};

}  // namespace lode::core
