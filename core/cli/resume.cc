// lode resume: goes on with runs that were interrupted, to the trials they would have had.
#include <memory>

#include "core/cli/command.h"
#include "core/cli/jobs.h"
#include "core/cli/stages.h"
#include "core/cli/stored_runs.h"

namespace lode::cli {
namespace {

struct ResumeOptions {
  std::filesystem::path directory;
  JobOptions jobs;
};

int Resume(const ResumeOptions& options, const GlobalOptions& global) {
  core::MpiSession mpi;
  if (HoldsStages(options.directory)) {
    RefuseExtending(options.jobs);
    return RunStages(LoadStages(options.directory, global),
                     {options.directory, false, true, options.jobs},
                     {core::ThisProgram(global.plugins), mpi});
  }
  Plan plan = PlanOf(options.directory, options.jobs.Overrides(), global);
  CheckChanges(plan, options.jobs);
  return Execute(plan, options.jobs, {core::ThisProgram(global.plugins), mpi});
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
  options->jobs.AddTo(*command);
  command->callback([&global, &action, options] {
    action = [&global, options] { return Resume(*options, global); };
  });
}

}  // namespace lode::cli
