#include "core/run/staged_pipeline.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/run/execute_plan.h"
#include "core/run/left_out.h"
#include "core/run/prepare_stage.h"
#include "core/run/results_file.h"
#include "core/run/stage_changes.h"
#include "core/run/stage_files.h"
#include "core/run/wall_clock.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/sealed_toml.h"
#include "core/store/stage_record.h"

namespace lode::core {
namespace {

std::vector<const Search*> SearchesOf(const Stages& stages) {
  std::vector<const Search*> searches;
  for (const Stage& stage : stages.list) {
    for (const Search& search : stage.searches) { searches.push_back(&search); }
  }
  return searches;
}

// Keeps a stage that finished in an earlier execution.
void KeepAsItIs(StageRun& stage, RunListener& listener) {
  listener.OnStageFinished({.stage = stage.stage.name, .is_unchanged = true});
  stage.again = false;
  stage.finished = true;
  stage.TakeResults();
  MendStageFiles(stage, listener);
}

Completion SearchStage(StageRun& stage, const RunEnvironment& environment) {
  const RunLock lock(stage.directory);  // a preparation has its own lock
  const Completion completion = ExecutePlan(stage.plan, stage.stage.name, environment);
  if (completion == Completion::kDone) { WriteStageFiles(stage); }
  return completion;
}

void RecordEnd(StageRun& stage) {
  stage.record.finished = stage.finished = true;
  if (!stage.stage.is_preparation()) {
    for (const char* name : kStageFiles) { AddOutput(stage.record, stage.directory, name); }
  }
  WriteStageRecord(stage.directory, stage.record);
}

void RecordShown(StageRun& stage) {
  stage.ShowStored();
  stage.record.finished = true;
  MakeDirectories(stage.directory);
  WriteStageRecord(stage.directory, stage.record);
}

void RecordLeftOut(StageRun& stage, RunListener& listener) {
  stage.again = false;
  stage.record.left_out = stage.left_out;
  MakeDirectories(stage.directory);
  WriteStageRecord(stage.directory, stage.record);
  listener.OnStageFinished({.stage = stage.stage.name, .left_out = stage.left_out});
}

}  // namespace

StagedPipeline::StagedPipeline(DirectoryLocks locks, std::filesystem::path root,
                               LoadedPipeline pipeline, const RunPolicy& policy)
    : locks_(std::move(locks)),
      root_(std::move(root)),
      pipeline_(std::move(pipeline)),
      policy_(policy) {}

StagedPipeline StagedPipeline::In(const std::filesystem::path& directory, LoadedPipeline pipeline,
                                  const RunPolicy& policy) {
  return {DirectoryLocks({directory}), NormalPath(directory), std::move(pipeline), policy};
}

StagedPipeline StagedPipeline::Stored(const std::filesystem::path& directory,
                                      const StoredLoading& loading, const RunPolicy& policy) {
  DirectoryLocks locks({directory});
  return {std::move(locks), NormalPath(directory), LoadStored(directory, loading), policy};
}

Completion StagedPipeline::Execute(const RunEnvironment& environment) {
  const WallClock clock(environment.cancel, environment.since,
                        environment.WallSeconds(SearchesOf(pipeline_.stages)));
  return KeepResults({root_}, ExecuteStages(environment), environment.listener);
}

Completion StagedPipeline::ExecuteStages(const RunEnvironment& environment) {
  const StageChanges changes(pipeline_.stages, stages_, policy_, root_, environment.listener);
  for (const Stage& stage : pipeline_.stages.list) {
    changes.Look(stages_.emplace_back(stage, *pipeline_.catalog, root_));
  }
  LeaveOut(stages_);
  RequireMeasured(stages_);
  // In reverse order, so that a stage comes before those that it reads.
  std::for_each(stages_.rbegin(), stages_.rend(),
                [&](StageRun& stage) { changes.MakeRoom(stage); });
  WriteFile(root_ / kPipelineFile, SealToml(pipeline_.stages.text));
  Completion completion = Completion::kDone;
  for (auto at = stages_.begin(); at != stages_.end() && completion == Completion::kDone; ++at) {
    completion = ExecuteStage(*at, changes, environment);
  }
  return completion;
}

Completion StagedPipeline::ExecuteStage(StageRun& stage, const StageChanges& changes,
                                        const RunEnvironment& environment) const {
  if (!stage.left_out.empty()) {
    RecordLeftOut(stage, environment.listener);
    return Completion::kDone;
  }
  if (stage.stage.shows_stored()) {
    RecordShown(stage);
    return Completion::kDone;
  }
  changes.CheckInputs(stage);
  if (stage.stage.is_search()) { PlanRuns(stage); }
  if (stage.stored && stage.stored->finished && stage.HasEnded()) {
    KeepAsItIs(stage, environment.listener);
    return Completion::kDone;
  }
  // With --force nothing is written until the replay has matched the stored trials.
  if (!stage.stored || !changes.Forces(stage)) {
    MakeDirectories(stage.directory);
    WriteStageRecord(stage.directory, stage.record);
  }
  const Completion completion = stage.stage.is_preparation() ? PrepareStage(stage, environment)
                                                             : SearchStage(stage, environment);
  if (completion == Completion::kDone) { RecordEnd(stage); }
  return completion;
}

void StagedPipeline::PlanRuns(StageRun& stage) const {
  stage.TakeAccuracies();
  stage.MakePlan();
  for (PlannedRun& run : stage.plan.runs) {
    run.asks_again = policy_.resume;
    run.changed = run.exists && (stage.change.tables || !stage.change.trials.empty());
  }
}

}  // namespace lode::core
