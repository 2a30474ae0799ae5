#include "core/run/plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/config/check_reward.h"
#include "core/config/resolve.h"
#include "core/plugin/error.h"
#include "core/run/directory_locks.h"
#include "core/search/metric_index.h"
#include "core/store/input_files.h"
#include "core/store/result_json.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"
#include "core/store/run_store.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

void RequireStore(const PlannedRun& run) {
  if (HasLostItsStore(run.directory)) {
    throw HostError(run.directory.string() + ": has lost its " + kStoreFile +
                    "; --fresh starts the run again and removes the rest");
  }
}

void CheckChange(PlannedRun& run, const nlohmann::json& inputs, const ChangeOptions& options) {
  const auto change_of = [&](bool ignore_budget) {
    return ChangeOfRun(run.directory, *run.search, run.seed, *run.catalog, inputs, ignore_budget);
  };
  const ConfigurationChange change = change_of(options.ignore_budget);
  if (!change.trials.empty() && !options.force) {
    const bool is_budget = change_of(true).trials.empty();
    throw HostError(
        run.directory.string() + ": is no longer the same run: " + change.trials +
        (is_budget ? "; --extend continues to a larger budget" : "; --force continues anyway"));
  }
  run.changed = change.tables || !change.trials.empty() || options.ignore_budget;
}

// Returns the path of `place` relative to a directory, as in PlannedSearch.
fs::path PlaceIn(const fs::path& directory, const fs::path& place) {
  const fs::path relative = NormalPath(place).lexically_relative(NormalPath(directory));
  return relative == "." ? fs::path() : relative;
}

bool IsOutside(const fs::path& place) { return !place.empty() && *place.begin() == ".."; }

}  // namespace

void Plan::Add(SearchResult& result, const Catalog& catalog, std::uint64_t seed, fs::path directory,
               const fs::path& root) {
  const bool exists = fs::exists(directory / kStoreFile);
  runs.push_back({result.search, &catalog, seed, std::move(directory), root / kPreparedName,
                  &result, result.runs.size(), exists});
  RunResult& unfinished = result.runs.emplace_back();
  unfinished.seed = seed;
  unfinished.ending = Ending::kInterrupted;  // until it has run
}

void Plan::AddSearch(const Search& search, const Catalog& catalog, const fs::path& root) {
  SearchResult& result = results.emplace_back(SearchResult{&search, {}, {}});
  for (const std::uint64_t seed : search.pipeline.seeds) {
    Add(result, catalog, seed, RunDirectory(root, search, seed), root);
  }
}

const Catalog& Plan::CatalogOf(const Search& search) const {
  return *std::ranges::find(runs, &search, &PlannedRun::search)->catalog;
}

void Plan::ForgetEmptyResults() {
  std::erase_if(results, [](const SearchResult& result) { return result.metrics.empty(); });
}

void CheckChanges(Plan& plan, const ChangeOptions& options) {
  std::map<const Search*, nlohmann::json> inputs;
  for (PlannedRun& run : plan.runs) {
    if (!run.exists) {
      RequireStore(run);
      continue;
    }
    const auto [at, is_new] = inputs.try_emplace(run.search);
    if (is_new) { at->second = InputsOf(run.search->pipeline, *run.catalog); }
    nlohmann::json all = at->second;
    all.update(EarlierInputsOf(*run.search, run.seed));
    CheckChange(run, all, options);
  }
}

void PublishPlan(const Plan& plan, const fs::path& directory) {
  RunPlan searches;
  const SearchResult* last = nullptr;
  for (const PlannedRun& run : plan.runs) {
    const fs::path place = PlaceIn(directory, run.directory.parent_path());
    if (run.exists || IsOutside(place)) { continue; }
    if (std::exchange(last, run.result) != run.result) {
      searches.push_back(
          {place, run.search->point, FormatPipeline(run.search->pipeline, *run.catalog), {}});
    }
    searches.back().seeds.push_back(run.seed);
  }
  if (!searches.empty()) { AddToPlan(directory, searches); }
}

void ForgetPlans(const Plan& plan, const fs::path& directory) {
  for (const fs::path& own : plan.directories) {
    RemoveFromPlan(own, "");
    const fs::path place = PlaceIn(directory, own);
    if (!IsOutside(place)) { RemoveFromPlan(directory, place); }
  }
}

void TakeOutcome(const PlannedRun& run, RunOutcome outcome) {
  run.result->metrics = std::move(outcome.metrics);
  run.result->runs[run.position] = std::move(outcome.result);
}

void RequireMetrics(const PlannedRun& run, const std::vector<MetricDeclaration>& metrics) {
  for (const std::string& name : MetricsOf(run.search->pipeline.reward)) {
    if (MetricIndex(metrics, name) == metrics.size()) {
      throw HostError((run.directory / kStoreFile).string() + ": has no metric '" + name +
                      "', which " + kPipelineFile + " names");
    }
  }
}

std::optional<RunOutcome> EndedRun(const PlannedRun& run) {
  if (!run.exists || run.changed || !fs::exists(run.directory / kResultFile)) {
    return std::nullopt;
  }
  StoredRun stored(run.directory);
  RequireMetrics(run, stored.metrics());
  const std::string status = stored.Meta("status");
  if (status == "running" || status == "interrupted") { return std::nullopt; }
  if (run.asks_again && FailuresEnded(stored)) { return std::nullopt; }
  const fs::path file = run.directory / kResultFile;
  return RunOutcome{stored.metrics(),
                    ResultFromJson(ReadFile(file), stored.metrics(), file.string())};
}

std::string TitleOf(const PlannedRun& run) {
  std::string title = run.search->pipeline.name;
  for (const auto& [path, value] : run.search->point) { title += " " + value; }
  return title + " seed " + std::to_string(run.seed);
}

}  // namespace lode::core
