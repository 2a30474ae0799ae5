// Decides which stages in a directory are kept, replaced, or refused.
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

// Compares the stored stages with the wanted ones and applies a policy: keeps a stage that is the
// same, and replaces or refuses one that differs.
class StageChanges {
 public:
  // `stages`: those already looked at, in order. The arguments outlive *this.
  StageChanges(const Stages& wanted, const std::list<StageRun>& stages, const RunPolicy& policy,
               std::filesystem::path root, RunListener& listener);

  // Changes nothing on the disk. REQUIRES: earlier stages were looked at. Throws HostError if the
  // stage cannot run as it is.
  void Look(StageRun& stage) const;

  // Removes or sets aside the stored stage that this one replaces. Throws HostError.
  void MakeRoom(StageRun& stage) const;

  // Checks the outputs of earlier stages. REQUIRES: they have finished. Throws HostError.
  void CheckInputs(StageRun& stage) const;

  // Returns whether a stored stage continues even if it has changed.
  bool Forces(const StageRun& stage) const;

 private:
  void LookAtStored(StageRun& stage) const;
  void Replace(StageRun& stage, const std::string& change) const;
  std::vector<std::string> StageNames() const;

  const Stages& wanted_;
  const std::list<StageRun>& stages_;
  const RunPolicy& policy_;
  const std::filesystem::path root_;
  RunListener& listener_;
};

}  // namespace lode::core
