// What `run` and `resume` have in common: runs to make or to go on with, several at a time, with
// progress, and the tables at the end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/pipeline_options.h"
#include "core/exec/make_executor.h"
#include "core/report/summary.h"

namespace lode::cli {

struct JobOptions {
  unsigned jobs = 0;   // runs at a time; 0: as many as there are processors for
  bool force = false;  // go on with a run although something has changed
  std::string extend;  // "steps=2000", or ""
  bool json = false;

  // --jobs, --force, --extend, --json
  void AddTo(CLI::App& command);
  // What --extend stands for among the overrides of a pipeline. Throws HostError.
  std::vector<std::string> Overrides() const;
};

// A run to make or to go on with: which search, which seed, where it is kept.
struct Job {
  const core::Search* search;
  const core::Catalog* catalog;
  std::uint64_t seed;
  std::filesystem::path directory;
  std::filesystem::path prepared;  // where its oracles prepare
  core::SearchResult* result;
  std::size_t position;  // in result->runs
  bool exists = false;   // the directory has trials of it already
  bool changed = false;  // and its configuration or a version is another one now
};

// Searches and jobs of all pipelines; jobs point into the rest.
struct Plan {
  std::vector<LoadedPipeline> pipelines;
  std::vector<std::filesystem::path> directories;  // to name at the end
  std::vector<core::SearchResult> results;
  std::vector<Job> jobs;

  // Adds a job with its place in `result`. `root`: what all runs of the pipeline are kept in.
  void Add(core::SearchResult& result, const core::Catalog& catalog, std::uint64_t seed,
           std::filesystem::path directory, const std::filesystem::path& root);

  // Adds a result and its jobs, one for each seed, in their directories below `root`. REQUIRES:
  // results has room for it, since jobs point into it; the search outlives the plan.
  void AddSearch(const core::Search& search, const core::Catalog& catalog,
                 const std::filesystem::path& root);
};

// Looks at what the jobs' directories hold. Throws HostError if a run there is not the one that its
// job would make, unless that is forced.
void CheckChanges(Plan& plan, const JobOptions& options);

// Where the runs' oracles may be: in processes of this program, on ranks.
struct Evaluators {
  core::WorkerProgram program;
  core::MpiSession& mpi;
};

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

// Prints a table of the runs of each search, and one that compares the searches. REQUIRES: each has
// a run.
void PrintTables(const std::vector<core::SearchResult>& results);

// Does all jobs. Of the results those stay that have a run.
void RunJobs(Plan& plan, const JobOptions& options, const Evaluators& evaluators);

// An ExitStatus.
int StatusOf(const std::vector<core::SearchResult>& results);

// "kept in", and how to go on; nothing of runs that were lost.
void PrintDirectories(const std::vector<std::filesystem::path>& directories,
                      const std::vector<core::SearchResult>& results);

// Does all jobs, prints what came out, and returns an ExitStatus.
int Execute(Plan& plan, const JobOptions& options, const Evaluators& evaluators);

}  // namespace lode::cli
