#include "core/run/list_pipelines.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <set>
#include <system_error>

#include "core/report/best_runs.h"
#include "core/run/stored_plan.h"
#include "core/run/stored_runs.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns the directory of all runs and stages of a run's pipeline.
fs::path PipelineDirectoryOf(const fs::path& run) {
  fs::path root = run.parent_path();
  try {
    root = RootOfRun(run);
  } catch (const std::exception&) {  // damaged; the list shows it
  }
  return HoldsStages(root.parent_path()) ? root.parent_path() : root;
}

// Returns the pipelines' directories in a directory, including itself and those where no run has
// begun.
std::set<fs::path> PipelineDirectoriesIn(const fs::path& directory) {
  std::set<fs::path> found;
  for (const fs::path& run : FindRuns(directory)) { found.insert(PipelineDirectoryOf(run)); }
  for (const fs::path& plan : PlansOf(directory)) {
    const bool has_runs =
        std::ranges::any_of(found, [&](const fs::path& f) { return IsWithin(f, plan); });
    if (IsWithin(plan, directory) && !has_runs) { found.insert(plan); }
  }
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == kPipelineFile && HoldsStages(at->path().parent_path())) {
      found.insert(at->path().parent_path());
    }
  }
  return found;
}

// Readers leave an empty log behind, which does not count as a change.
bool IsWritten(const fs::path& file) {
  std::error_code error;
  return fs::file_size(file, error) > 0 && !error;
}

fs::file_time_type LastChange(const fs::path& directory, const Plan& plan) {
  std::error_code error;
  fs::file_time_type last = fs::last_write_time(directory, error);
  for (const PlannedRun& run : plan.runs) {
    for (const char* name : {"run.db", "run.db-wal", kResultFile}) {
      const fs::path file = run.directory / name;
      if (IsWritten(file)) {
        const fs::file_time_type time = fs::last_write_time(file, error);
        last = error ? last : std::max(last, time);
      }
    }
  }
  return last;
}

bool HasFailed(const StoredRuns& stored) {
  return std::ranges::any_of(stored.plan.results, [](const SearchResult& result) {
    return std::ranges::find(result.runs, Ending::kFailed, &RunResult::ending) != result.runs.end();
  });
}

void SetStanding(const StoredRuns& stored, PipelineStanding& pipeline) {
  const auto running = std::ranges::find_if(
      stored.unfinished, [](const auto& run) { return run.process.has_value(); });
  if (running != stored.unfinished.end()) { pipeline.process = running->process; }
  const bool waiting =
      !stored.unfinished.empty() || (stored.stages && !stored.stages->are_finished());
  pipeline.standing = pipeline.process          ? Standing::kRunning
                      : !stored.damages.empty() ? Standing::kDamaged
                      : waiting                 ? Standing::kUnfinished
                      : HasFailed(stored)       ? Standing::kFailed
                                                : Standing::kFinished;
}

void CountSteps(const StoredRuns& stored, PipelineStanding& pipeline) {
  for (const SearchResult& result : stored.plan.results) {
    for (const RunResult& run : result.runs) { pipeline.steps += run.steps; }
    pipeline.ended += result.runs.size();
  }
  for (const UnfinishedRun& run : stored.unfinished) { pipeline.steps += run.steps; }
  for (const PlannedRun& run : stored.plan.runs) {
    pipeline.planned_steps += run.search->pipeline.budget.steps.value_or(0);
    pipeline.has_warm_start |= run.search->pipeline.start.has_known_trials();
  }
  pipeline.runs = stored.plan.runs.size();
}

PipelineStanding LookAtPipeline(const fs::path& directory) {
  PipelineStanding pipeline{directory};
  try {
    const StoredRuns stored = LookAtRuns(directory, false);
    pipeline.changed = LastChange(directory, stored.plan);
    pipeline.damage = stored.damages.empty() ? "" : stored.damages.front();
    SetStanding(stored, pipeline);
    CountSteps(stored, pipeline);
    const std::vector<SearchResult> results = stored.BestSoFar();
    for (const BestRun& best : BestRuns(results)) {
      pipeline.bests.push_back({best.metric(), best.value()});
    }
  } catch (const std::exception& e) {
    pipeline.changed = LastChange(directory, {});
    pipeline.standing = Standing::kDamaged;
    pipeline.damage = e.what();
  }
  return pipeline;
}

}  // namespace

std::vector<PipelineStanding> ListPipelines(const fs::path& directory) {
  std::vector<PipelineStanding> all;
  std::ranges::transform(PipelineDirectoriesIn(directory), std::back_inserter(all), LookAtPipeline);
  std::ranges::stable_sort(all, std::greater(), &PipelineStanding::changed);
  return all;
}

}  // namespace lode::core
