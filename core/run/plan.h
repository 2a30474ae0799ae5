// The runs to make or continue. A plan is made while its directories are locked, so what it found
// there does not change until its work is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/run/load_pipeline.h"
#include "core/search/search_result.h"

namespace lode::core {

// A run to make or continue: its search, its seed, and where it is stored.
struct PlannedRun {
  const Search* search;
  const Catalog* catalog;
  std::uint64_t seed;
  std::filesystem::path directory;
  std::filesystem::path prepared;  // where its oracles prepare
  SearchResult* result;
  std::size_t position;     // in result->runs
  bool exists = false;      // its directory already has trials
  bool changed = false;     // its trials, or what is stored about them, may differ now
  bool asks_again = false;  // continues if failures ended it
};

// The searches and runs of all pipelines. Runs point into the other members.
struct Plan {
  std::vector<LoadedPipeline> pipelines;
  std::vector<std::filesystem::path> directories;  // of the pipelines, reported at the end
  std::vector<SearchResult> results;  // one per search; once executed, only those with runs
  std::vector<PlannedRun> runs;

  // Adds a run with its place in `result`. `root`: the directory of all runs of the pipeline.
  void Add(SearchResult& result, const Catalog& catalog, std::uint64_t seed,
           std::filesystem::path directory, const std::filesystem::path& root);

  // Adds a result and its runs, one per seed, in their directories below `root`. REQUIRES:
  // `results` has spare capacity, since runs point into it; the search outlives the plan.
  void AddSearch(const Search& search, const Catalog& catalog, const std::filesystem::path& root);

  // Drops the results of searches in which no run has a result.
  void ForgetEmptyResults();

  // Returns the catalog used to resolve the search of one of the runs.
  const Catalog& CatalogOf(const Search& search) const;
};

// Options of CheckChanges, which compares the plan with the runs' directories. It throws HostError
// if a stored run differs from the one that would be made now, unless forced, or has lost its
// store.
struct ChangeOptions {
  bool force = false;          // continue although something has changed
  bool ignore_budget = false;  // the budget may differ
};
void CheckChanges(Plan& plan, const ChangeOptions& options);

// Writes the plan for `directory` to the disk, so that its runs can be resumed after a kill. Runs
// that exist are found by their own directories.
void PublishPlan(const Plan& plan, const std::filesystem::path& directory);

// Removes what was planned before for the plan's pipelines from `directory`.
void ForgetPlans(const Plan& plan, const std::filesystem::path& directory);

// The outcome of a run.
struct RunOutcome {
  std::vector<MetricDeclaration> metrics;
  RunResult result;
};

// Stores the outcome of one of a plan's runs in its result.
void TakeOutcome(const PlannedRun& run, RunOutcome outcome);

// Throws HostError if a store lacks a metric that its run's reward uses.
void RequireMetrics(const PlannedRun& run, const std::vector<MetricDeclaration>& metrics);

// Returns the outcome of a run that has ended and needs nothing more, or nullopt if work remains.
std::optional<RunOutcome> EndedRun(const PlannedRun& run);

// "nb201-rea cifar10 seed 3"
std::string TitleOf(const PlannedRun& run);

}  // namespace lode::core
