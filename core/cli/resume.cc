// lode resume: goes on with runs that were interrupted, to the trials they would have had.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <system_error>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/jobs.h"
#include "core/cli/stages.h"
#include "core/cli/stored_runs.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct ResumeOptions {
  fs::path directory;
  bool replace = false;
  JobOptions jobs;
  bool allow_plugins = false;
};

// Whether nobody but the caller can have written what is there.
bool IsCallers(const fs::path& file) {
  struct stat info {};
  return lstat(file.c_str(), &info) == 0 && info.st_uid == geteuid() &&
         (info.st_mode & S_IWOTH) == 0 && !S_ISLNK(info.st_mode);
}

// Whether that holds of a directory and of what names plugins in it.
bool AreCallers(const fs::path& directory) {
  return IsCallers(directory) &&
         std::ranges::all_of(
             std::array{core::kPipelineFile, core::kPlanFile}, [&](const char* name) {
               std::error_code error;
               return !fs::exists(directory / name, error) || IsCallers(directory / name);
             });
}

// Of a directory that the caller has made the plugins are those that the caller has used.
Plugins PluginsFor(const ResumeOptions& options) {
  const fs::path root = fs::weakly_canonical(options.directory);
  std::vector<fs::path> kept = core::FindRuns(root);
  kept.push_back(root);
  std::ranges::copy(PlansOf(root), std::back_inserter(kept));
  const bool callers = std::ranges::all_of(kept, AreCallers);
  return callers || options.allow_plugins ? Plugins::kOfFile : Plugins::kKnown;
}

int ResumeStages(const ResumeOptions& options, Plugins plugins, const Evaluators& evaluators,
                 const GlobalOptions& global) {
  RefuseExtending(options.jobs);
  const DirectoryLocks locks({options.directory});
  return RunStages(LoadKept(options.directory, {}, global, plugins),
                   {options.directory, false, true, options.replace, options.jobs}, evaluators);
}

int Resume(const ResumeOptions& options, const GlobalOptions& global) {
  core::MpiSession mpi;
  const Evaluators evaluators{core::ThisProgram(global.plugins), mpi, global.plugins};
  const Plugins plugins = PluginsFor(options);
  if (HoldsStages(options.directory)) {
    return ResumeStages(options, plugins, evaluators, global);
  }
  RefuseReplacing(options.replace);
  DirectoryLocks locks(RootsIn(options.directory), core::RunLock::Holders::kMany);
  Plan plan = PlanOf(options.directory, options.jobs.Overrides(), global, plugins);
  std::ranges::for_each(plan.jobs, [](Job& job) { job.asks_again = true; });
  CheckChanges(plan, options.jobs.changes());
  locks.OnPlanned();
  return Execute(plan, options.jobs, evaluators);
}

}  // namespace

void AddResume(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "resume",
      "Go on with runs that were interrupted or killed: the stored trials are replayed, then the "
      "search goes on to exactly the trials that it would have had");
  auto options = std::make_shared<ResumeOptions>();
  command
      ->add_option("RUN", options->directory,
                   "A run's directory, or one with several runs in it (runs/NAME/TIME)")
      ->required()
      ->type_name("DIR");
  AddReplace(*command, options->replace);
  options->jobs.AddTo(*command);
  auto* allow = AddAllowPlugins(*command);
  command->callback([&global, &action, options, allow] {
    options->allow_plugins = allow->count() > 0;
    action = [&global, options] { return Resume(*options, global); };
  });
}

}  // namespace lode::cli
