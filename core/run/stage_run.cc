#include "core/run/stage_run.h"

#include <algorithm>
#include <utility>

#include "core/config/artifacts.h"
#include "core/plugin/error.h"
#include "core/run/accuracy_env.h"
#include "core/run/stored_runs.h"
#include "core/store/store_check.h"

namespace lode::core {
namespace {

void TakeResult(const PlannedRun& run) {
  if (run.exists) { RequireIntact(run.directory); }
  if (std::optional<RunOutcome> ended = EndedRun(run)) { TakeOutcome(run, std::move(*ended)); }
}

}  // namespace

StageRun::StageRun(const Stage& s, const Catalog& c, const std::filesystem::path& root)
    : stage(s),
      catalog(c),
      directory(root / s.name),
      searches(s.searches),
      stored(ReadStageRecord(directory)) {
  for (Search& search : searches) { PlaceArtifacts(search.pipeline, c, root); }
  if (stored && !stored->left_out.empty()) {
    left_out = stored->left_out;
    stored.reset();
  }
}

StageState StageRun::state() const {
  return !stored            ? StageState::kNew
         : stored->finished ? StageState::kFinished
                            : StageState::kUnfinished;
}

void StageRun::ShowStored() {
  const Pipeline& own = stage.searches.front().pipeline;
  if (HoldsStages(own.stored)) {
    throw HostError(own.stored.string() +
                    ": has stages, and `stored` in [stage.pipeline] shows a pipeline without them");
  }
  const StoredRuns shown = LookAtRuns(own.stored, true);
  if (!shown.damages.empty()) { throw HostError(shown.damages.front()); }
  searches.clear();
  searches.reserve(shown.plan.results.size());
  for (const SearchResult& result : shown.plan.results) {
    Search& search = searches.emplace_back(*result.search);
    search.pipeline.references = own.references;
    plan.results.push_back({&search, result.metrics, result.runs});
  }
  again = false;
  finished = true;
}

void StageRun::TakeAccuracies() {
  for (Search& search : searches) { TakeAccuracyEnv(search.pipeline.reward); }
}

void StageRun::MakePlan() {
  plan.directories = {directory};
  plan.results.reserve(searches.size());
  for (const Search& search : searches) { plan.AddSearch(search, catalog, directory); }
}

void StageRun::TakeResults() {
  std::ranges::for_each(plan.runs, TakeResult);
  plan.ForgetEmptyResults();
}

void StageRun::TakeReadableResults() {
  for (const PlannedRun& run : plan.runs) {
    try {
      TakeResult(run);
    } catch (const HostError&) {  // reported by the code that inspects the runs
    }
  }
  plan.ForgetEmptyResults();
}

bool StageRun::HasEnded() const {
  return std::ranges::all_of(plan.runs,
                             [](const PlannedRun& run) { return EndedRun(run).has_value(); });
}

bool StageRun::Reads(const std::string& other) const {
  return std::ranges::any_of(stage.searches, [&](const Search& search) {
    return std::ranges::any_of(ArtifactsOf(search.pipeline, catalog), [&](const std::string& path) {
      return ParseArtifact(path).stage == other;
    });
  });
}

}  // namespace lode::core
