#include "core/run/planned_searches.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/run/execute_plan.h"
#include "core/run/results_file.h"
#include "core/run/wall_clock.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns a plan with pipelines and their directories, without runs.
Plan BeginPlan(std::vector<LoadedPipeline> pipelines, const fs::path& directory) {
  Plan plan{std::move(pipelines), {}, {}, {}};
  for (const LoadedPipeline& pipeline : plan.pipelines) {
    const std::string& name = pipeline.stages.name;
    plan.directories.push_back(directory.empty()            ? NewRunsDirectory(name)
                               : plan.pipelines.size() == 1 ? directory
                                                            : directory / name);
  }
  return plan;
}

// Keeps others from planning in these directories meanwhile.
DirectoryLocks LockDirectories(const Plan& plan, const fs::path& directory,
                               const RunPolicy& policy) {
  std::vector<fs::path> directories = plan.directories;
  if (!directory.empty()) { directories.push_back(directory); }
  // Other processes may work in the directory unless this one removes runs.
  return DirectoryLocks(std::move(directories), policy.fresh ? Holders::kOne : Holders::kMany);
}

void AddRuns(Plan& plan) {
  std::size_t searches = 0;
  for (const LoadedPipeline& pipeline : plan.pipelines) { searches += pipeline.searches().size(); }
  plan.results.reserve(searches);
  for (std::size_t p = 0; p < plan.pipelines.size(); ++p) {
    for (const Search& search : plan.pipelines[p].searches()) {
      plan.AddSearch(search, *plan.pipelines[p].catalog, plan.directories[p]);
    }
  }
}

// Two pipelines with the same name in one directory would share a directory for their runs.
void CheckDirectories(const Plan& plan) {
  std::set<fs::path> seen;
  for (const PlannedRun& run : plan.runs) {
    if (!seen.insert(run.directory).second) {
      throw HostError(run.directory.string() +
                      ": two runs would be kept here; give the pipelines different names");
    }
  }
}

[[noreturn]] void RefuseToReplace(const fs::path& run) {
  throw HostError(
      run.string() +
      (fs::exists(run / kResultFile)
           ? ": already holds a run; choose another --out, --extend steps=N to continue it, "
             "or --fresh to replace it"
           : ": holds an unfinished run; --resume continues it, --fresh replaces it"));
}

// Refuses to overwrite existing runs.
void CheckExistingRuns(Plan& plan, const RunPolicy& policy) {
  for (PlannedRun& run : plan.runs) {
    run.asks_again = policy.continues();
    if (policy.fresh) {
      run.exists = false;
    } else if (run.exists && !policy.continues()) {
      RefuseToReplace(run.directory);
    }
  }
  if (!policy.fresh) { CheckChanges(plan, {policy.force, policy.extend}); }
}

// Returns whether a run belongs to the pipeline whose runs are in `root`, and not to one below it.
bool IsRunOf(const fs::path& root, const fs::path& run) {
  return run.parent_path() == root ||
         (run != root && fs::exists(run / kVersionsFile) && RootOfRun(run) == root);
}

// Returns the runs in one of the plan's directories that are not planned: those of other seeds or
// points.
std::vector<fs::path> OtherRuns(const Plan& plan, const fs::path& root) {
  std::set<fs::path> planned;
  for (const PlannedRun& run : plan.runs) { planned.insert(NormalPath(run.directory)); }
  std::vector<fs::path> others = FindRuns(root);
  std::erase_if(others,
                [&](const fs::path& run) { return planned.contains(run) || !IsRunOf(root, run); });
  return others;
}

// Removes all runs of the plan's pipelines, those that are not planned with their descriptions.
void RemoveRuns(const Plan& plan) {
  for (const PlannedRun& run : plan.runs) { RemoveRun(run.directory); }
  for (const fs::path& directory : plan.directories) {
    const fs::path root = NormalPath(directory);
    for (const fs::path& run : OtherRuns(plan, root)) { EraseRun(run, root); }
  }
}

// Writes the whole plan before any run begins or is removed.
void PublishRuns(const Plan& plan, const fs::path& directory, const RunPolicy& policy) {
  if (policy.fresh && !directory.empty()) { ForgetPlans(plan, directory); }
  if (directory.empty()) {
    for (const fs::path& own : plan.directories) { PublishPlan(plan, own); }
  } else {
    PublishPlan(plan, directory);
  }
  if (policy.fresh) { RemoveRuns(plan); }
}

std::vector<const Search*> SearchesOf(const Plan& plan) {
  std::vector<const Search*> searches;
  std::ranges::transform(plan.results, std::back_inserter(searches), &SearchResult::search);
  return searches;
}

// The directories that hold all runs of the pipelines.
std::set<fs::path> RootsOf(const Plan& plan) {
  std::set<fs::path> roots;
  for (const PlannedRun& run : plan.runs) { roots.insert(run.prepared.parent_path()); }
  return roots;
}

}  // namespace

fs::path NewRunsDirectory(const std::string& name) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &parts);
  const fs::path base = fs::path("runs") / name / stamp;
  fs::path directory = base;
  MakeDirectories(base.parent_path());
  std::error_code error;
  for (int n = 2; !error && !fs::create_directory(directory, error); ++n) {
    directory = base.string() + "-" + std::to_string(n);
  }
  if (error) { throw HostError(directory.string() + ": cannot be made: " + error.message()); }
  return directory;
}

PlannedSearches::PlannedSearches(DirectoryLocks locks, Plan plan)
    : locks_(std::move(locks)), plan_(std::move(plan)) {}

PlannedSearches PlannedSearches::In(const fs::path& directory,
                                    std::vector<LoadedPipeline> pipelines,
                                    const RunPolicy& policy) {
  Plan plan = BeginPlan(std::move(pipelines), directory);
  DirectoryLocks locks = LockDirectories(plan, directory, policy);
  AddRuns(plan);
  CheckDirectories(plan);
  CheckExistingRuns(plan, policy);
  PublishRuns(plan, directory, policy);
  locks.OnPlanned();
  return {std::move(locks), std::move(plan)};
}

PlannedSearches PlannedSearches::Stored(const fs::path& directory, const StoredLoading& loading,
                                        const RunPolicy& policy) {
  DirectoryLocks locks(RootsIn(directory), Holders::kMany);
  Plan plan = PlanStored(directory, loading);
  std::ranges::for_each(plan.runs, [](PlannedRun& run) { run.asks_again = true; });
  CheckChanges(plan, {policy.force, policy.extend});
  locks.OnPlanned();
  return {std::move(locks), std::move(plan)};
}

Completion PlannedSearches::Execute(const RunEnvironment& environment) {
  const WallClock clock(environment.cancel, environment.since,
                        environment.WallSeconds(SearchesOf(plan_)));
  const Completion completion = ExecutePlan(plan_, "", environment);
  return KeepResults(RootsOf(plan_), completion, environment.listener);
}

}  // namespace lode::core
