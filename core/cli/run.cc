// lode run: searches, shows how far it is, and prints what came out.
#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/jobs.h"
#include "core/cli/pipeline_options.h"
#include "core/cli/stages.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/store/run_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  PipelineOptions pipelines;
  JobOptions jobs;
  fs::path out;
  bool fresh = false;
  bool resume = false;
  bool replace = false;

  bool goes_on() const { return resume || !jobs.extend.empty(); }
};

// Makes runs/NAME/20261124-143000, with a number behind it if that is taken: two programs that start
// in one second do not share it.
fs::path NewDirectory(const std::string& name) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &parts);
  const fs::path base = fs::path("runs") / name / stamp;
  fs::path directory = base;
  core::MakeDirectories(base.parent_path());
  std::error_code error;
  for (int n = 2; !error && !fs::create_directory(directory, error); ++n) {
    directory = base.string() + "-" + std::to_string(n);
  }
  if (error) {
    throw core::HostError(directory.string() + ": cannot be made: " + error.message());
  }
  return directory;
}

PipelineOptions WithShortcuts(const RunOptions& options) {
  PipelineOptions pipelines = options.pipelines;
  const std::vector<std::string> extended = options.jobs.Overrides();
  pipelines.overrides.insert(pipelines.overrides.end(), extended.begin(), extended.end());
  return pipelines;
}

void AddJobs(Plan& plan) {
  std::size_t searches = 0;
  for (const LoadedPipeline& pipeline : plan.pipelines) {
    searches += pipeline.searches().size();
  }
  plan.results.reserve(searches);
  for (std::size_t p = 0; p < plan.pipelines.size(); ++p) {
    for (const core::Search& search : plan.pipelines[p].searches()) {
      plan.AddSearch(search, *plan.pipelines[p].index, plan.directories[p]);
    }
  }
}

// Pipelines and their directories, and no jobs yet.
Plan BeginPlan(std::vector<LoadedPipeline> pipelines, const RunOptions& options) {
  Plan plan{std::move(pipelines), {}, {}, {}};
  for (const LoadedPipeline& pipeline : plan.pipelines) {
    const std::string& name = pipeline.stages.name;
    if (options.out.empty()) {
      plan.directories.push_back(NewDirectory(name));
    } else {
      plan.directories.push_back(plan.pipelines.size() == 1 ? options.out : options.out / name);
    }
  }
  return plan;
}

// The directories that nobody else may plan in meanwhile: what --out names is one of them.
std::vector<fs::path> DirectoriesOf(const Plan& plan, const RunOptions& options) {
  std::vector<fs::path> directories = plan.directories;
  if (!options.out.empty()) {
    directories.push_back(options.out);
  }
  return directories;
}

// Only who removes nothing may have company.
core::RunLock::Holders HoldersFor(const RunOptions& options) {
  return options.fresh ? core::RunLock::Holders::kOne : core::RunLock::Holders::kMany;
}

// Two pipelines of one name in one --out would share a directory.
void CheckDirectories(const Plan& plan) {
  std::vector<fs::path> seen;
  for (const Job& job : plan.jobs) {
    if (std::ranges::find(seen, job.directory) != seen.end()) {
      throw core::HostError(job.directory.string() +
                            ": two runs would be kept here; give the pipelines different names");
    }
    seen.push_back(job.directory);
  }
}

// An old run must not be lost.
void CheckExistingRuns(Plan& plan, const RunOptions& options) {
  for (Job& job : plan.jobs) {
    job.asks_again = options.goes_on();
    if (options.fresh) {
      job.exists = false;
    } else if (job.exists && !options.goes_on()) {
      const bool ended = fs::exists(job.directory / core::kResultFile);
      throw core::HostError(
          job.directory.string() +
          (ended
               ? ": holds a run already; choose another --out, --extend steps=N to go on with it, "
                 "or --fresh to replace it"
               : ": holds an unfinished run; --resume goes on with it, --fresh replaces it"));
    }
  }
}

// All is known before anything begins or, with --fresh, is removed.
void PublishPlan(const Plan& plan, const RunOptions& options) {
  if (options.out.empty()) {
    for (const fs::path& directory : plan.directories) {
      Publish(plan, directory);
    }
  } else {
    Publish(plan, options.out);
  }
  if (options.fresh) {
    std::ranges::for_each(plan.jobs, [](const Job& job) { core::RemoveRun(job.directory); });
  }
}

int RunWithStages(const std::vector<LoadedPipeline>& pipelines, const RunOptions& options,
                  const Evaluators& evaluators) {
  if (pipelines.size() > 1) {
    throw core::HostError("a pipeline with stages is run by itself, not with others");
  }
  RefuseExtending(options.jobs);
  const fs::path out =
      options.out.empty() ? NewDirectory(pipelines.front().stages.name) : options.out;
  const DirectoryLocks locks({out});
  return RunStages(pipelines.front(),
                   {out, options.fresh, options.resume, options.replace, options.jobs}, evaluators);
}

int RunPipelines(const RunOptions& options, const GlobalOptions& global) {
  core::MpiSession mpi;
  const Evaluators evaluators{core::ThisProgram(global.plugins), mpi, global.plugins};
  if (options.goes_on() && options.out.empty()) {
    throw core::HostError(std::string(options.resume ? "--resume" : "--extend") +
                          " needs --out with the directory of the runs; `lode resume DIR` goes on "
                          "with any without their pipeline's file");
  }
  std::vector<LoadedPipeline> pipelines = Load(WithShortcuts(options), global);
  if (std::ranges::any_of(pipelines, [](const auto& p) { return p.stages.are_stated(); })) {
    return RunWithStages(pipelines, options, evaluators);
  }
  RefuseReplacing(options.replace);
  Plan plan = BeginPlan(std::move(pipelines), options);
  DirectoryLocks locks(DirectoriesOf(plan, options), HoldersFor(options));
  AddJobs(plan);
  CheckDirectories(plan);
  CheckExistingRuns(plan, options);
  if (!options.fresh) {
    CheckChanges(plan, options.jobs.changes());
  }
  PublishPlan(plan, options);
  locks.OnPlanned();
  return Execute(plan, options.jobs, evaluators);
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
      command->add_flag("--fresh", options->fresh, "Replace runs that --out holds already");
  command->add_flag("--resume", options->resume, "Go on with unfinished runs that --out holds")
      ->excludes(fresh);
  AddReplace(*command, options->replace);
  options->jobs.AddTo(*command);
  command->callback([&global, &action, options] {
    action = [&global, options] { return RunPipelines(*options, global); };
  });
}

}  // namespace lode::cli
