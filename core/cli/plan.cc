#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/cli/plan.h"
#include "core/config/resolve.h"
#include "core/plugin/error.h"
#include "core/search/metric_index.h"
#include "core/store/input_files.h"
#include "core/store/result_json.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"
#include "core/store/run_store.h"
#include "core/store/stored_run.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

void RequireStore(const Job& job) {
  if (core::HasLostItsStore(job.directory)) {
    throw core::HostError(job.directory.string() + ": has lost its " + core::kStoreFile +
                          "; --fresh makes the run anew and removes the rest");
  }
}

void CheckChange(Job& job, const nlohmann::json& inputs, const ChangeOptions& options) {
  const auto change_of = [&](bool ignore_budget) {
    return core::ChangeOfRun(job.directory, *job.search, job.seed, *job.catalog, inputs,
                             ignore_budget);
  };
  const core::ConfigurationChange change = change_of(options.ignore_budget);
  if (!change.trials.empty() && !options.force) {
    const bool is_budget = change_of(true).trials.empty();
    throw core::HostError(job.directory.string() + ": not the same run any more: " + change.trials +
                          (is_budget ? "; --extend continues to a larger budget"
                                     : "; --force continues all the same"));
  }
  job.changed = change.tables || !change.trials.empty() || options.ignore_budget;
}

}  // namespace

fs::path Normal(const fs::path& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

void Plan::Add(core::SearchResult& result, const core::Catalog& catalog, std::uint64_t seed,
               fs::path directory, const fs::path& root) {
  const bool exists = fs::exists(directory / core::kStoreFile);
  jobs.push_back({result.search, &catalog, seed, std::move(directory), root / core::kPreparedName,
                  &result, result.runs.size(), exists});
  core::RunResult& run = result.runs.emplace_back();
  run.seed = seed;
  run.ending = core::Ending::kInterrupted;  // until it has run
}

void Plan::AddSearch(const core::Search& search, const core::Catalog& catalog,
                     const fs::path& root) {
  core::SearchResult& result = results.emplace_back(core::SearchResult{&search, {}, {}});
  for (const std::uint64_t seed : search.pipeline.seeds) {
    Add(result, catalog, seed, core::RunDirectory(root, search, seed), root);
  }
}

const core::Catalog& Plan::CatalogOf(const core::Search& search) const {
  return *std::ranges::find(jobs, &search, &Job::search)->catalog;
}

void CheckChanges(Plan& plan, const ChangeOptions& options) {
  std::map<const core::Search*, nlohmann::json> inputs;
  for (Job& job : plan.jobs) {
    if (!job.exists) {
      RequireStore(job);
      continue;
    }
    const auto [at, is_new] = inputs.try_emplace(job.search);
    if (is_new) {
      at->second = core::InputsOf(job.search->pipeline, *job.catalog);
    }
    CheckChange(job, at->second, options);
  }
}

DirectoryLocks::DirectoryLocks(std::vector<fs::path> directories, core::RunLock::Holders holders) {
  std::ranges::transform(directories, directories.begin(), Normal);
  std::ranges::sort(directories);
  directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
  for (const fs::path& directory : directories) {
    core::MakeDirectories(directory);
    locks_.emplace_back(directory, holders);
    if (holders == core::RunLock::Holders::kMany) {
      plans_.emplace_back(directory);
    }
  }
}

void Publish(const Plan& plan, const fs::path& directory) {
  core::RunPlan searches;
  const core::SearchResult* last = nullptr;
  for (const Job& job : plan.jobs) {
    const fs::path place =
        Normal(job.directory.parent_path()).lexically_relative(Normal(directory));
    if (job.exists || *place.begin() == "..") {
      continue;
    }
    if (std::exchange(last, job.result) != job.result) {
      searches.push_back({place == "." ? fs::path() : place,
                          job.search->point,
                          core::FormatPipeline(job.search->pipeline, *job.catalog),
                          {}});
    }
    searches.back().seeds.push_back(job.seed);
  }
  if (!searches.empty()) {
    core::AddToPlan(directory, searches);
  }
}

void RequireMetrics(const Job& job, const std::vector<core::MetricDeclaration>& metrics) {
  const core::RewardConfig& reward = job.search->pipeline.reward;
  std::vector<std::string> names{reward.metric};
  std::ranges::transform(reward.add, std::back_inserter(names), &core::TermConfig::metric);
  std::ranges::transform(reward.limits, std::back_inserter(names), &core::LimitConfig::metric);
  std::ranges::transform(reward.goals, std::back_inserter(names), &core::GoalConfig::metric);
  for (const std::string& name : names) {
    if (core::MetricIndex(metrics, name) == metrics.size()) {
      throw core::HostError((job.directory / core::kStoreFile).string() + ": has no metric '" +
                            name + "', which " + core::kPipelineFile + " names");
    }
  }
}

std::optional<JobResult> Ended(const Job& job) {
  if (!job.exists || job.changed || !fs::exists(job.directory / core::kResultFile)) {
    return std::nullopt;
  }
  core::StoredRun stored(job.directory);
  RequireMetrics(job, stored.metrics());
  const std::string status = stored.Meta("status");
  if (status == "running" || status == "interrupted") {
    return std::nullopt;
  }
  if (job.asks_again && core::FailuresEnded(stored)) {
    return std::nullopt;
  }
  const fs::path file = job.directory / core::kResultFile;
  return JobResult{stored.metrics(),
                   core::ResultFromJson(core::ReadFile(file), stored.metrics(), file.string())};
}

std::string TitleOf(const Job& job) {
  std::string title = job.search->pipeline.name;
  for (const auto& [path, value] : job.search->point) {
    title += " " + value;
  }
  return title + " seed " + std::to_string(job.seed);
}

}  // namespace lode::cli
