#include "core/run/stored_runs.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "core/run/stored_plan.h"
#include "core/search/failures.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/store_check.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

UnfinishedRun LookAtUnfinished(const PlannedRun& planned) {
  UnfinishedRun run{.search = planned.search,
                    .seed = planned.seed,
                    .title = TitleOf(planned),
                    .directory = planned.directory,
                    .process = HolderOf(planned.directory)};
  if (planned.exists) {
    StoredRun stored(planned.directory);
    run.steps = stored.trials();
    run.metrics = stored.metrics();
    RequireMetrics(planned, run.metrics);
    run.best = stored.Best(planned.search->pipeline.reward.result);
    run.failure_kinds = stored.Failures().Kinds();
    for (const FailureKind& kind : run.failure_kinds) { run.failures += kind.count; }
  }
  return run;
}

void LookAtRun(const PlannedRun& planned, bool checked, StoredRuns& stored) {
  if (checked && planned.exists) { RequireIntact(planned.directory); }
  if (std::optional<RunOutcome> ended = EndedRun(planned)) {
    planned.result->metrics = std::move(ended->metrics);
    planned.result->runs.push_back(std::move(ended->result));
  } else {
    stored.unfinished.push_back(LookAtUnfinished(planned));
  }
}

// Adds what stages show of other directories.
void AddShown(const std::list<StageRun>& stages, std::vector<SearchResult>& results) {
  for (const StageRun& stage : stages) {
    if (!stage.stage.shows_stored()) { continue; }
    std::ranges::copy(stage.plan.results, std::back_inserter(results));
  }
}

}  // namespace

std::vector<SearchResult> StoredRuns::BestSoFar() const {
  std::vector<SearchResult> results = plan.results;
  for (const UnfinishedRun& run : unfinished) {
    if (run.best) {
      RunResult so_far;
      so_far.seed = run.seed;
      so_far.best = run.best;
      results.push_back({run.search, run.metrics, {so_far}});
    }
  }
  return results;
}

StoredRuns LookAtRuns(const std::filesystem::path& directory, bool checked) {
  StoredRuns stored{directory};
  if (HoldsStages(directory)) { stored.stages = LookAtStages(directory); }
  if (!stored.stages || !FindRuns(directory).empty()) {
    stored.plan = PlanReadable(directory, stored.damages);
  }
  for (SearchResult& result : stored.plan.results) { result.runs.clear(); }
  for (const PlannedRun& planned : stored.plan.runs) {
    try {
      LookAtRun(planned, checked, stored);
    } catch (const std::exception& e) { stored.damages.emplace_back(e.what()); }
  }
  std::erase_if(stored.plan.results, [](const SearchResult& r) { return r.runs.empty(); });
  if (stored.stages) { AddShown(stored.stages->stages, stored.plan.results); }
  return stored;
}

}  // namespace lode::core
