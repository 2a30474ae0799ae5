// lode resume: continues interrupted runs with exactly the trials they would have had.
#include <memory>

#include "core/cli/command.h"
#include "core/cli/execution.h"
#include "core/cli/execution_options.h"
#include "core/cli/pipeline_options.h"
#include "core/run/planned_searches.h"
#include "core/run/staged_pipeline.h"
#include "core/run/stored_stages.h"
#include "core/run/stored_trust.h"

namespace lode::cli {
namespace {

struct ResumeOptions {
  std::filesystem::path directory;
  ExecutionOptions execution;
  bool allow_plugins = false;
};

int ResumeStages(const ResumeOptions& options, const core::StoredLoading& loading,
                 const Evaluators& evaluators) {
  options.execution.RequireFitStages();
  auto pipeline = core::StagedPipeline::Stored(
      options.directory, loading,
      {.resume = true, .force = options.execution.force, .replace = options.execution.replace});
  return Execute(pipeline, options.directory, options.execution, evaluators);
}

int Resume(const ResumeOptions& options, const GlobalOptions& global) {
  core::MpiSession mpi;
  std::optional<Serving> serving = MakeServing(options.execution);
  const Evaluators evaluators{mpi, global, serving ? &*serving : nullptr};
  core::StoredLoading loading{.plugins = global.plugins,
                              .allowed = options.allow_plugins
                                             ? core::AllowedPlugins::kOfFile
                                             : core::PluginsToTrust(options.directory)};
  if (core::HoldsStages(options.directory)) { return ResumeStages(options, loading, evaluators); }
  options.execution.RequireFitPlainPipelines();
  loading.overrides = options.execution.Overrides();
  auto searches = core::PlannedSearches::Stored(options.directory, loading,
                                                {.resume = true,
                                                 .extend = !options.execution.extend.empty(),
                                                 .force = options.execution.force});
  return Execute(searches, options.execution, evaluators);
}

}  // namespace

void AddResume(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "resume",
      "Continue runs that were interrupted or killed: replay the stored trials, then make exactly "
      "the trials that the search would have had");
  auto options = std::make_shared<ResumeOptions>();
  command
      ->add_option("RUN", options->directory,
                   "The directory of a run or of several runs (runs/NAME/TIME)")
      ->required()
      ->type_name("DIR");
  options->execution.AddTo(*command);
  auto* allow = AddAllowPlugins(*command);
  command->callback([&global, &action, options, allow] {
    options->allow_plugins = allow->count() > 0;
    action = [&global, options] { return Resume(*options, global); };
  });
}

}  // namespace lode::cli
