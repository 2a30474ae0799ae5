#include "core/run/run_results.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "core/config/artifacts.h"
#include "core/plugin/error.h"
#include "core/report/results.h"
#include "core/run/accuracy_env.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

Standing StandingOf(StageState state) {
  switch (state) {
    case StageState::kFinished:
      return Standing::kFinished;
    case StageState::kUnfinished:
      return Standing::kUnfinished;
    default:
      return Standing::kNotBegun;
  }
}

std::size_t CountNotBegun(const Plan& plan) {
  return static_cast<std::size_t>(std::ranges::count(plan.runs, false, &PlannedRun::exists));
}

bool HasArtifactOf(const std::string& stage, const nlohmann::json& inputs) {
  const auto files = inputs.items();
  return std::any_of(files.begin(), files.end(), [&](const auto& file) {
    return IsArtifact(file.key()) && ParseArtifact(file.key()).stage == stage;
  });
}

// The record tells, even where the plugins that know which parameters are files are not loaded.
bool HasRead(const StageRun& stage, const std::string& other) {
  return HasArtifactOf(other, stage.record.inputs) ||
         (stage.stored && HasArtifactOf(other, stage.stored->inputs));
}

SearchedStage SearchedStageOf(const StageRun& stage, const std::list<StageRun>& stages) {
  SearchedStage searched{stage.stage.name, &stage.plan.results, {}, {}};
  for (const SearchResult& result : stage.plan.results) {
    auto& runs = searched.runs.emplace_back();
    for (const RunResult& run : result.runs) {
      runs.push_back(RunDirectory(stage.directory, *result.search, run.seed));
    }
  }
  for (const StageRun& other : stages) {
    if (HasRead(stage, other.stage.name)) { searched.sources.push_back(other.stage.name); }
  }
  return searched;
}

// Takes the accuracy of the supernet that the stage has trained, or why its file cannot be read.
void AddAccuracyEnv(StageStanding& standing) {
  try {
    standing.accuracy_env = AccuracyEnvOfStage(standing.directory);
  } catch (const HostError& e) { standing.damage = e.what(); }
}

}  // namespace

std::vector<StageStanding> StandingsOf(const std::list<StageRun>& stages) {
  std::vector<StageStanding> standings;
  for (const StageRun& stage : stages) {
    standings.push_back({.name = stage.stage.name,
                         .directory = stage.directory,
                         .standing = StandingOf(stage.state()),
                         .is_finished = stage.finished,
                         .was_run = stage.again,
                         .runs = stage.plan.runs.size(),
                         .not_begun = CountNotBegun(stage.plan),
                         .left_out = stage.left_out,
                         .references = stage.stage.searches.front().pipeline.references});
    AddAccuracyEnv(standings.back());
  }
  return standings;
}

std::vector<StageComparison> ComparisonsOf(const std::list<StageRun>& stages) {
  std::vector<SearchedStage> searched;
  for (const StageRun& stage : stages) {
    if (stage.finished && stage.stage.is_search()) {
      searched.push_back(SearchedStageOf(stage, stages));
    }
  }
  return CompareStages(searched);
}

DirectoryResults ResultsOf(const StoredRuns& stored) {
  DirectoryResults results{.directory = stored.directory,
                           .searches = Summarize(stored.plan.results),
                           .unfinished = stored.unfinished,
                           .damages = stored.damages};
  if (stored.stages) {
    results.stages = StandingsOf(stored.stages->stages);
    results.comparisons = ComparisonsOf(stored.stages->stages);
  }
  return results;
}

}  // namespace lode::core
