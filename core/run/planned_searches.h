// Runs pipelines without stages, several side by side.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/run/directory_locks.h"
#include "core/run/kept_plan.h"
#include "core/run/load_pipeline.h"
#include "core/run/plan.h"
#include "core/run/run_environment.h"
#include "core/run/run_policy.h"

namespace lode::core {

// Searches that are planned: what is to be run is on the disk, in directories that are locked as long as
// this lives.
//
//   auto searches = PlannedSearches::In("runs/a", pipelines, {});
//   Completion completion = searches.Execute(environment);
//   for (const SearchResult& result : searches.plan().results) { ... }
class PlannedSearches {
 public:
  // Of pipelines that are to be run in a directory, each in one of its name below that if there are
  // several. "": each in a new one, runs/NAME/TIME. Throws HostError if what is there does not fit, as
  // the policy has it; then nothing has changed.
  static PlannedSearches In(const std::filesystem::path& directory,
                            std::vector<LoadedPipeline> pipelines, const RunPolicy& policy);

  // Of all runs that a directory holds, itself or below; all of them continue. Throws HostError,
  // ConfigError.
  static PlannedSearches Kept(const std::filesystem::path& directory, const KeptLoading& loading,
                              const RunPolicy& policy);

  PlannedSearches(const PlannedSearches&) = delete;
  PlannedSearches& operator=(const PlannedSearches&) = delete;

  // Makes or continues all runs, and writes results.csv at the end. Call once. Throws HostError if a run
  // cannot even start.
  Completion Execute(const RunEnvironment& environment);

  // The runs; after Execute with the results of those that have one.
  const Plan& plan() const { return plan_; }

 private:
  PlannedSearches(DirectoryLocks locks, Plan plan);

  const DirectoryLocks locks_;
  Plan plan_;
};

// Makes runs/NAME/20261124-143000, with a number behind it if that is taken: two programs that start in
// one second do not share it. Throws HostError.
std::filesystem::path NewRunsDirectory(const std::string& name);

}  // namespace lode::core
