// Which runs there are to make or to go on with. A plan is made while its directories are locked:
// what it has found there stays so until its work is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/pipeline_options.h"
#include "core/report/summary.h"
#include "core/store/run_lock.h"

namespace lode::cli {

// Absolute, without dots, and without a slash at its end.
std::filesystem::path Normal(const std::filesystem::path& path);

// A run to make or to go on with: which search, which seed, where it is kept.
struct Job {
  const core::Search* search;
  const core::Catalog* catalog;
  std::uint64_t seed;
  std::filesystem::path directory;
  std::filesystem::path prepared;  // where its oracles prepare
  core::SearchResult* result;
  std::size_t position;     // in result->runs
  bool exists = false;      // the directory has trials of it already
  bool changed = false;     // what is told of them, or they themselves, may be others now
  bool asks_again = false;  // if failures ended it, it goes on
};

// Searches and jobs of all pipelines; jobs point into the rest.
struct Plan {
  std::vector<LoadedPipeline> pipelines;
  std::vector<std::filesystem::path> directories;  // of the pipelines, to name at the end
  std::vector<core::SearchResult> results;
  std::vector<Job> jobs;

  // Adds a job with its place in `result`. `root`: what all runs of the pipeline are kept in.
  void Add(core::SearchResult& result, const core::Catalog& catalog, std::uint64_t seed,
           std::filesystem::path directory, const std::filesystem::path& root);

  // What a search of one of its jobs was resolved against.
  const core::Catalog& CatalogOf(const core::Search& search) const;

  // Adds a result and its jobs, one for each seed, in their directories below `root`. REQUIRES:
  // results has room for it, since jobs point into it; the search outlives the plan.
  void AddSearch(const core::Search& search, const core::Catalog& catalog,
                 const std::filesystem::path& root);
};

struct ChangeOptions {
  bool force = false;          // go on although something has changed
  bool ignore_budget = false;  // it is to be another one
};

// Looks at what the jobs' directories hold. Throws HostError if a run there is not the one that its
// job would make, unless that is forced, or if it has lost its store.
void CheckChanges(Plan& plan, const ChangeOptions& options);

// Holds directories of runs, each once, as long as it lives: for one process, which may remove what
// is there, or for many that make or continue different runs.
class DirectoryLocks {
 public:
  // Makes those that are not there. Throws HostError with the other process's id if one is locked.
  // Waits for those who plan.
  explicit DirectoryLocks(std::vector<std::filesystem::path> directories,
                          core::RunLock::Holders holders = core::RunLock::Holders::kOne);

  // What is to be run is on the disk: from here on others may plan.
  void OnPlanned() { plans_.clear(); }

 private:
  std::list<core::RunLock> locks_;
  std::list<core::PlanLock> plans_;
};

// Puts what is to be run in `directory` on the disk, for `lode resume` after a kill. Runs that are
// there are known by their own directories.
void Publish(const Plan& plan, const std::filesystem::path& directory);

// What a job came to.
struct JobResult {
  std::vector<core::MetricDeclaration> metrics;
  core::RunResult run;
};

// Throws HostError if a store lacks a metric that its job's reward is made of.
void RequireMetrics(const Job& job, const std::vector<core::MetricDeclaration>& metrics);

// The result of a run that has ended and needs nothing more; none: there is something to do.
std::optional<JobResult> Ended(const Job& job);

// "nb201-rea cifar10 seed 3"
std::string TitleOf(const Job& job);

}  // namespace lode::cli
