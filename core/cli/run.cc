// lode run: runs searches, shows their progress, and prints the results.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/execution.h"
#include "core/cli/execution_options.h"
#include "core/cli/pipeline_options.h"
#include "core/plugin/error.h"
#include "core/run/known_sources.h"
#include "core/run/planned_searches.h"
#include "core/run/staged_pipeline.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  PipelineOptions pipelines;
  ExecutionOptions execution;
  fs::path out;
  bool fresh = false;
  bool resume = false;

  core::RunPolicy policy() const {
    return {.fresh = fresh,
            .resume = resume,
            .extend = !execution.extend.empty(),
            .force = execution.force,
            .replace = execution.replace};
  }
};

PipelineOptions WithShortcuts(const RunOptions& options) {
  PipelineOptions pipelines = options.pipelines;
  const std::vector<std::string> extended = options.execution.Overrides();
  pipelines.overrides.insert(pipelines.overrides.end(), extended.begin(), extended.end());
  return pipelines;
}

int RunWithStages(std::vector<core::LoadedPipeline> pipelines, const RunOptions& options,
                  const Evaluators& evaluators) {
  if (pipelines.size() > 1) { throw core::HostError("a pipeline with stages must be run alone"); }
  options.execution.RequireFitStages();
  const fs::path out =
      options.out.empty() ? core::NewRunsDirectory(pipelines.front().stages.name) : options.out;
  auto pipeline = core::StagedPipeline::In(out, std::move(pipelines.front()), options.policy());
  return Execute(pipeline, out, options.execution, evaluators);
}

int RunPipelines(const RunOptions& options, const GlobalOptions& global) {
  core::MpiSession mpi;
  std::optional<Serving> serving = MakeServing(options.execution);
  const Evaluators evaluators{mpi, global, serving ? &*serving : nullptr};
  if (options.policy().continues() && options.out.empty()) {
    throw core::HostError(std::string(options.resume ? "--resume" : "--extend") +
                          " needs --out with the directory of the runs; `lode resume DIR` "
                          "continues any without their pipeline's file");
  }
  std::vector<core::LoadedPipeline> pipelines = Load(WithShortcuts(options), global);
  if (!options.policy().continues()) { std::ranges::for_each(pipelines, core::CheckKnownSources); }
  if (std::ranges::any_of(pipelines, [](const auto& p) { return p.stages.are_stated(); })) {
    return RunWithStages(std::move(pipelines), options, evaluators);
  }
  options.execution.RequireFitPlainPipelines();
  auto searches = core::PlannedSearches::In(options.out, std::move(pipelines), options.policy());
  return Execute(searches, options.execution, evaluators);
}

}  // namespace

void AddRun(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("run", "Run the searches that pipeline files describe");
  auto options = std::make_shared<RunOptions>();
  options->pipelines.AddTo(*command);
  command
      ->add_option("-o,--out", options->out,
                   "Directory to keep the runs in (default: runs/NAME/TIME)")
      ->type_name("DIR");
  auto* fresh =
      command->add_flag("--fresh", options->fresh, "Remove all existing runs in --out first");
  command->add_flag("--resume", options->resume, "Continue unfinished runs in --out")
      ->excludes(fresh);
  options->execution.AddTo(*command);
  command->callback([&global, &action, options] {
    action = [&global, options] { return RunPipelines(*options, global); };
  });
}

}  // namespace lode::cli
