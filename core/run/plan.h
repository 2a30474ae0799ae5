// Which runs there are to make or to continue. A plan is made while its directories are locked: what it
// has found there stays so until its work is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/run/load_pipeline.h"
#include "core/search/search_result.h"

namespace lode::core {

// A run to make or to continue: which search, which seed, where it is kept.
struct PlannedRun {
  const Search* search;
  const Catalog* catalog;
  std::uint64_t seed;
  std::filesystem::path directory;
  std::filesystem::path prepared;  // where its oracles prepare
  SearchResult* result;
  std::size_t position;     // in result->runs
  bool exists = false;      // the directory has trials of it already
  bool changed = false;     // its trials, or what is told of them, may differ now
  bool asks_again = false;  // if failures ended it, it continues
};

// Searches and runs of all pipelines; runs point into the rest.
struct Plan {
  std::vector<LoadedPipeline> pipelines;
  std::vector<std::filesystem::path> directories;  // of the pipelines, to name at the end
  std::vector<SearchResult> results;  // one for each search; once executed, of those that have one
  std::vector<PlannedRun> runs;

  // Adds a run with its place in `result`. `root`: what all runs of the pipeline are kept in.
  void Add(SearchResult& result, const Catalog& catalog, std::uint64_t seed,
           std::filesystem::path directory, const std::filesystem::path& root);

  // Adds a result and its runs, one for each seed, in their directories below `root`. REQUIRES:
  // results has room for it, since runs point into it; the search outlives the plan.
  void AddSearch(const Search& search, const Catalog& catalog, const std::filesystem::path& root);

  // Forgets the results of searches of which no run has one.
  void ForgetEmptyResults();

  // What a search of one of its runs was resolved against.
  const Catalog& CatalogOf(const Search& search) const;
};

// Looks at what the runs' directories hold. Throws HostError if a run there is not the one that would
// be made now, unless that is forced, or if it has lost its store.
struct ChangeOptions {
  bool force = false;          // continue although something has changed
  bool ignore_budget = false;  // it is to be another one
};
void CheckChanges(Plan& plan, const ChangeOptions& options);

// Puts what is to be run in `directory` on the disk, to be resumed after a kill. Runs that are there
// are known by their own directories.
void PublishPlan(const Plan& plan, const std::filesystem::path& directory);

// What a run came to.
struct RunOutcome {
  std::vector<MetricDeclaration> metrics;
  RunResult result;
};

// Puts the outcome of one of a plan's runs in its place.
void TakeOutcome(const PlannedRun& run, RunOutcome outcome);

// Throws HostError if a store lacks a metric that its run's reward is made of.
void RequireMetrics(const PlannedRun& run, const std::vector<MetricDeclaration>& metrics);

// The outcome of a run that has ended and needs nothing more; none: there is something to do.
std::optional<RunOutcome> EndedRun(const PlannedRun& run);

// "nb201-rea cifar10 seed 3"
std::string TitleOf(const PlannedRun& run);

}  // namespace lode::core
