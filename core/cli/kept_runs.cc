#include "core/cli/kept_runs.h"

#include <exception>
#include <utility>

#include "core/cli/stored_runs.h"
#include "core/search/failures.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/store_check.h"
#include "core/store/stored_run.h"

namespace lode::cli {
namespace {

Unfinished LookAtUnfinished(const Job& job) {
  Unfinished run{&job, core::HolderOf(job.directory)};
  if (job.exists) {
    core::StoredRun stored(job.directory);
    run.steps = stored.trials();
    run.metrics = stored.metrics();
    RequireMetrics(job, run.metrics);
    run.best = stored.Best();
    run.failures = stored.Failures().Kinds();
  }
  return run;
}

void LookAtRun(const Job& job, bool checked, KeptRuns& kept) {
  if (checked && job.exists) {
    core::RequireIntact(job.directory);
  }
  if (std::optional<JobResult> ended = Ended(job)) {
    job.result->metrics = std::move(ended->metrics);
    job.result->runs.push_back(std::move(ended->run));
  } else {
    kept.unfinished.push_back(LookAtUnfinished(job));
  }
}

}  // namespace

std::uint64_t Unfinished::failure_count() const {
  std::uint64_t count = 0;
  for (const core::FailureKind& kind : failures) {
    count += kind.count;
  }
  return count;
}

std::vector<core::SearchResult> KeptRuns::BestSoFar() const {
  std::vector<core::SearchResult> results = plan.results;
  for (const Unfinished& run : unfinished) {
    if (run.best) {
      core::RunResult so_far;
      so_far.seed = run.job->seed;
      so_far.best = run.best;
      results.push_back({run.job->search, run.metrics, {so_far}});
    }
  }
  return results;
}

KeptRuns LookAtRuns(const std::filesystem::path& directory, bool checked) {
  KeptRuns kept{directory, {}, {}, {}, {}};
  if (HoldsStages(directory)) {
    kept.stages = LookAtStages(directory);
  }
  if (!kept.stages || !core::FindRuns(directory).empty()) {
    kept.plan = ReadablePlanOf(directory, kept.damages);
  }
  for (core::SearchResult& result : kept.plan.results) {
    result.runs.clear();
  }
  for (const Job& job : kept.plan.jobs) {
    try {
      LookAtRun(job, checked, kept);
    } catch (const std::exception& e) {
      kept.damages.emplace_back(e.what());
    }
  }
  std::erase_if(kept.plan.results, [](const core::SearchResult& r) { return r.runs.empty(); });
  return kept;
}

}  // namespace lode::cli
