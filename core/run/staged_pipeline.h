// Runs pipelines of several stages: each in a directory of its own, in their order, none again that has
// finished. Nothing that is there is removed unless all is to be made again.
#pragma once

#include <filesystem>
#include <list>

#include "core/run/directory_locks.h"
#include "core/run/kept_plan.h"
#include "core/run/load_pipeline.h"
#include "core/run/run_environment.h"
#include "core/run/run_policy.h"
#include "core/run/stage_run.h"

namespace lode::core {

class StageChanges;

// A pipeline with stages, in a directory that is locked as long as this lives.
//
//   auto pipeline = StagedPipeline::In("runs/a", LoadPipeline(...), {.resume = true});
//   Completion completion = pipeline.Execute(environment);
//   for (const StageRun& stage : pipeline.stages()) { ... stage.plan.results ... }
class StagedPipeline {
 public:
  // A pipeline that is to be run in a directory. Throws HostError if another process works there.
  static StagedPipeline In(const std::filesystem::path& directory, LoadedPipeline pipeline,
                           const RunPolicy& policy);
  // The one that a directory holds. Also throws ConfigError.
  static StagedPipeline Kept(const std::filesystem::path& directory, const KeptLoading& loading,
                             const RunPolicy& policy);

  StagedPipeline(const StagedPipeline&) = delete;
  StagedPipeline& operator=(const StagedPipeline&) = delete;

  // Runs what is to be run, until a stage does not end well. What cannot be done is refused before
  // anything has changed, as far as it can be known by then. Writes results.csv at the end. Call once.
  // Throws HostError.
  Completion Execute(const RunEnvironment& environment);

  // Those that were looked at, with their results.
  const std::list<StageRun>& stages() const { return stages_; }

 private:
  StagedPipeline(DirectoryLocks locks, std::filesystem::path root, LoadedPipeline pipeline,
                 const RunPolicy& policy);

  Completion ExecuteStages(const RunEnvironment& environment);
  Completion ExecuteStage(StageRun& stage, const StageChanges& changes,
                          const RunEnvironment& environment) const;
  void PlanRuns(StageRun& stage) const;

  const DirectoryLocks locks_;
  const std::filesystem::path root_;  // of all stages
  const LoadedPipeline pipeline_;
  const RunPolicy policy_;
  std::list<StageRun> stages_;
};

}  // namespace lode::core
