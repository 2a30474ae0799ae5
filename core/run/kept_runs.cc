#include "core/run/kept_runs.h"

#include <exception>
#include <utility>

#include "core/run/kept_plan.h"
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
    run.best = stored.Best();
    run.failure_kinds = stored.Failures().Kinds();
    for (const FailureKind& kind : run.failure_kinds) { run.failures += kind.count; }
  }
  return run;
}

void LookAtRun(const PlannedRun& planned, bool checked, KeptRuns& kept) {
  if (checked && planned.exists) { RequireIntact(planned.directory); }
  if (std::optional<RunOutcome> ended = EndedRun(planned)) {
    planned.result->metrics = std::move(ended->metrics);
    planned.result->runs.push_back(std::move(ended->result));
  } else {
    kept.unfinished.push_back(LookAtUnfinished(planned));
  }
}

}  // namespace

std::vector<SearchResult> KeptRuns::BestSoFar() const {
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

KeptRuns LookAtRuns(const std::filesystem::path& directory, bool checked) {
  KeptRuns kept{directory};
  if (HoldsStages(directory)) { kept.stages = LookAtStages(directory); }
  if (!kept.stages || !FindRuns(directory).empty()) {
    kept.plan = PlanReadable(directory, kept.damages);
  }
  for (SearchResult& result : kept.plan.results) { result.runs.clear(); }
  for (const PlannedRun& planned : kept.plan.runs) {
    try {
      LookAtRun(planned, checked, kept);
    } catch (const std::exception& e) { kept.damages.emplace_back(e.what()); }
  }
  std::erase_if(kept.plan.results, [](const SearchResult& r) { return r.runs.empty(); });
  return kept;
}

}  // namespace lode::core
