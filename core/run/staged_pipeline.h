// Runs pipelines with several stages, in order, each in its own directory. Finished stages are not
// run again. Nothing stored is removed unless everything is to be made again.
#pragma once

#include <filesystem>
#include <list>

#include "core/run/directory_locks.h"
#include "core/run/load_pipeline.h"
#include "core/run/run_environment.h"
#include "core/run/run_policy.h"
#include "core/run/stage_run.h"
#include "core/run/stored_plan.h"

namespace lode::core {

class StageChanges;

// A pipeline with stages, in a directory that stays locked for the lifetime of this object.
//
//   auto pipeline = StagedPipeline::In("runs/a", LoadPipeline(...), {.resume = true});
//   Completion completion = pipeline.Execute(environment);
//   for (const StageRun& stage : pipeline.stages()) { ... stage.plan.results ... }
class StagedPipeline {
 public:
  // Takes a pipeline to run in a directory. Throws HostError if another process is working there.
  static StagedPipeline In(const std::filesystem::path& directory, LoadedPipeline pipeline,
                           const RunPolicy& policy);
  // Loads the pipeline stored in a directory. Also throws ConfigError.
  static StagedPipeline Stored(const std::filesystem::path& directory, const StoredLoading& loading,
                               const RunPolicy& policy);

  StagedPipeline(const StagedPipeline&) = delete;
  StagedPipeline& operator=(const StagedPipeline&) = delete;

  // Runs the remaining stages until one does not end well, then writes results.csv. Refuses what
  // cannot be done before anything has changed, as far as that is known by then. Call once. Throws
  // HostError.
  Completion Execute(const RunEnvironment& environment);

  // The stages looked at so far, with their results.
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
