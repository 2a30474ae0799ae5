// What `run` and `resume` have in common: runs to make or to go on with, several at a time, with
// progress, and the tables at the end.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/cli/plan.h"
#include "core/exec/make_executor.h"

namespace lode::cli {

struct JobOptions {
  unsigned jobs = 0;   // runs at a time; 0: as many as there are processors for
  bool force = false;  // go on with a run although something has changed
  std::string extend;  // "steps=2000", or ""
  bool json = false;
  std::optional<double> wall_seconds{};  // instead of those of the pipelines
  double progress_seconds = 30;          // between two lines where there is no terminal; 0: none

  // --jobs, --force, --extend, --wall-seconds, --json, --progress
  void AddTo(CLI::App& command);
  ChangeOptions changes() const { return {force, !extend.empty()}; }
  // What --extend stands for among the overrides of a pipeline. Throws HostError.
  std::vector<std::string> Overrides() const;
  // How long the whole command may take for the sake of these searches; 0: any time.
  double WallSeconds(const std::vector<const core::Search*>& searches) const;
};

// Where the runs' oracles may be: in processes of this program, on ranks.
struct Evaluators {
  core::WorkerProgram program;
  core::MpiSession& mpi;
  std::vector<std::filesystem::path> plugins;  // --plugin
};

// Prints a table of the runs of each search, and one that compares the searches. REQUIRES: each has
// a run.
void PrintTables(const std::vector<core::SearchResult>& results);

// Does all jobs. Of the results those stay that have a run. Returns an ExitStatus.
int RunJobs(Plan& plan, const JobOptions& options, const Evaluators& evaluators);

// "kept in", and how to go on if `status` says that there is more to do; nothing of runs that were
// lost.
void PrintDirectories(const std::vector<std::filesystem::path>& directories,
                      const std::vector<core::SearchResult>& results, int status);

// "best: ", a line for each kind of measurement, with the command that shows it.
void PrintBest(const Plan& plan, const std::vector<std::filesystem::path>& plugins);

// Writes results.csv in directories that hold all runs of a pipeline. Returns `status`, or after a
// message kRunFailed instead of kDone.
int KeepResults(const std::set<std::filesystem::path>& directories, int status);

// Does all jobs, prints what came out, and returns an ExitStatus.
int Execute(Plan& plan, const JobOptions& options, const Evaluators& evaluators);

}  // namespace lode::cli
