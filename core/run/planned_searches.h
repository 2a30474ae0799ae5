// Runs pipelines without stages, several side by side.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/run/directory_locks.h"
#include "core/run/load_pipeline.h"
#include "core/run/plan.h"
#include "core/run/run_environment.h"
#include "core/run/run_policy.h"
#include "core/run/stored_plan.h"

namespace lode::core {

// Planned searches. The plan is on the disk, in directories that stay locked for the lifetime of
// this object.
//
//   auto searches = PlannedSearches::In("runs/a", pipelines, {});
//   Completion completion = searches.Execute(environment);
//   for (const SearchResult& result : searches.plan().results) { ... }
class PlannedSearches {
 public:
  // Plans pipelines to run in a directory. Several pipelines each get a subdirectory with their
  // name. "": each gets a new directory, runs/NAME/TIME. Throws HostError, and changes nothing, if
  // the policy does not allow what the directory holds.
  static PlannedSearches In(const std::filesystem::path& directory,
                            std::vector<LoadedPipeline> pipelines, const RunPolicy& policy);

  // Plans all runs in a directory or below it; all of them continue. Throws HostError, ConfigError.
  static PlannedSearches Stored(const std::filesystem::path& directory,
                                const StoredLoading& loading, const RunPolicy& policy);

  PlannedSearches(const PlannedSearches&) = delete;
  PlannedSearches& operator=(const PlannedSearches&) = delete;

  // Makes or continues all runs, then writes results.csv. Call once. Throws HostError if a run
  // cannot start.
  Completion Execute(const RunEnvironment& environment);

  // The runs. After Execute it has the results of all runs that produced one.
  const Plan& plan() const { return plan_; }

 private:
  PlannedSearches(DirectoryLocks locks, Plan plan);

  const DirectoryLocks locks_;
  Plan plan_;
};

// Creates runs/NAME/20261124-143000, with a number appended if that exists, so that two programs
// that start in the same second do not share it. Throws HostError.
std::filesystem::path NewRunsDirectory(const std::string& name);

}  // namespace lode::core
