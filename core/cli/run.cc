// lode run: searches, shows how far it is, and prints what came out.
#include "core/search/run.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "core/cli/command.h"
#include "core/cli/pipeline_options.h"
#include "core/cli/progress.h"
#include "core/plugin/error.h"
#include "core/plugin/log.h"
#include "core/report/summary.h"
#include "core/store/run_directory.h"
#include "core/store/run_store.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  PipelineOptions pipelines;
  std::string seeds;
  unsigned jobs = 0;
  fs::path out;
  bool fresh = false;
  bool json = false;
};

std::atomic<bool> interrupted = false;

// The first signal lets the trial in hand finish, the second ends at once.
void OnSignal(int) {
  if (interrupted.exchange(true)) {
    _exit(kInterrupted);
  }
}

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) {  // as nohup has it
    sigaction(SIGHUP, &action, nullptr);
  }
}

// A run to make: which search, which seed, where it is kept.
struct Job {
  const core::Search* search;
  const core::Catalog* catalog;
  std::uint64_t seed;
  fs::path directory;
  core::SearchResult* result;
  std::size_t position;  // in result->runs
};

std::string TitleOf(const Job& job) {
  std::string title = job.search->pipeline.name;
  for (const auto& [path, value] : job.search->point) {
    title += " " + value;
  }
  return title + " seed " + std::to_string(job.seed);
}

std::string EndLine(const Job& job, const core::RunResult& result,
                    const core::MetricDeclaration& metric, std::size_t position) {
  char text[160];
  std::snprintf(text, sizeof text, ": %llu steps, %llu unique queries, %.2f s",
                static_cast<unsigned long long>(result.steps),
                static_cast<unsigned long long>(result.unique_queries), result.seconds);
  std::string line = TitleOf(job) + text;
  if (result.best) {
    line +=
        ", best " + metric.name + " " + core::FormatMetric(metric, result.best->metrics[position]);
  }
  return result.reason.empty() ? line : line + " (" + result.reason + ")";
}

// Searches with everything stored. A store that can no longer be written fails the run.
core::RunResult ExecuteStored(core::Run& run, core::RunStore& store, RunProgress& progress) {
  core::RunResult result = run.Execute({&store, &progress});
  store.SetFront(result.front);
  store.SetMeta("status", result.ending == core::Ending::kBudget ? "finished" : "ended early");
  store.Flush();
  return result;
}

// What a job came to. Throws HostError if the run cannot even start.
struct JobResult {
  std::vector<core::MetricDeclaration> metrics;
  core::RunResult run;
};

JobResult Execute(const Job& job, ProgressDisplay& display) {
  const core::Pipeline& pipeline = job.search->pipeline;
  RunProgress& progress = display.Begin(TitleOf(job), pipeline.budget);
  core::Run run(
      pipeline, job.seed, *job.catalog, interrupted,
      [&progress](double fraction, std::string_view what) { progress.OnProgress(fraction, what); });
  core::MakeRunDirectory(job.directory, *job.search, job.seed, *job.catalog);
  core::RunStore store(job.directory, run.metrics(),
                       {{"seed", std::to_string(job.seed)}, {"status", "running"}});
  const std::size_t metric = run.reward_metric();
  progress.SetRewardMetric(metric);
  core::RunResult result;
  result.seed = job.seed;
  try {
    result = ExecuteStored(run, store, progress);
    if (run.optimizer().CanSave()) {
      run.optimizer().Save(job.directory / core::kPolicyFile);
    }
    core::WriteFile(job.directory / "result.json",
                    core::ToJson(result, run.metrics()).dump(2) + "\n");
  } catch (const core::HostError& e) {
    result.ending = core::Ending::kFailed;
    result.reason = e.what();
  }
  display.End(progress, EndLine(job, result, run.metrics()[metric], metric));
  return {run.metrics(), std::move(result)};
}

// Takes jobs in order with `workers` threads. The first job that cannot even start ends all.
class JobQueue {
 public:
  explicit JobQueue(const std::vector<Job>& jobs) : jobs_(jobs), display_(jobs.size()) {}

  void Run(unsigned workers) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < workers; ++i) {
      threads.emplace_back([this] { Work(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  void Work() {
    for (std::size_t i = 0; (i = next_++) < jobs_.size() && !interrupted && !stop_;) {
      try {
        JobResult result = Execute(jobs_[i], display_);
        const std::lock_guard lock(mutex_);
        jobs_[i].result->metrics = std::move(result.metrics);
        jobs_[i].result->runs[jobs_[i].position] = std::move(result.run);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        error_ = error_ ? error_ : std::current_exception();
        stop_ = true;
      }
    }
  }

  const std::vector<Job>& jobs_;
  ProgressDisplay display_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::exception_ptr error_;
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
  std::error_code error;
  fs::create_directories(base.parent_path(), error);
  for (int n = 2; !error && !fs::create_directory(directory, error); ++n) {
    directory = base.string() + "-" + std::to_string(n);
  }
  if (error) {
    throw core::HostError(directory.string() + ": cannot be made: " + error.message());
  }
  return directory;
}

// Searches and jobs of all pipelines; jobs point into the rest.
struct Plan {
  std::vector<LoadedPipeline> pipelines;
  std::vector<fs::path> directories;  // one for each pipeline
  std::vector<core::SearchResult> results;
  std::vector<Job> jobs;
};

void PlanJobs(Plan& plan) {
  for (const LoadedPipeline& pipeline : plan.pipelines) {
    for (const core::Search& search : pipeline.searches) {
      plan.results.push_back(
          {&search, {}, std::vector<core::RunResult>(search.pipeline.seeds.size())});
    }
  }
  auto result = plan.results.begin();
  for (std::size_t p = 0; p < plan.pipelines.size(); ++p) {
    for (const core::Search& search : plan.pipelines[p].searches) {
      const auto& seeds = search.pipeline.seeds;
      for (std::size_t i = 0; i < seeds.size(); ++i) {
        plan.jobs.push_back({&search, plan.pipelines[p].index.get(), seeds[i],
                             plan.directories[p] / core::RunDirectoryName(search, seeds[i]),
                             &*result, i});
        result->runs[i].seed = seeds[i];
        result->runs[i].ending = core::Ending::kInterrupted;  // until it has run
      }
      ++result;
    }
  }
}

Plan MakePlan(const RunOptions& options, const GlobalOptions& global) {
  PipelineOptions pipelines = options.pipelines;
  if (!options.seeds.empty()) {
    const bool list = options.seeds.find(',') != std::string::npos;
    pipelines.overrides.push_back("pipeline.seeds=" +
                                  (list ? "[" + options.seeds + "]" : options.seeds));
  }
  Plan plan{Load(pipelines, global), {}, {}, {}};
  for (const LoadedPipeline& pipeline : plan.pipelines) {
    const std::string& name = pipeline.searches.front().pipeline.name;
    if (options.out.empty()) {
      plan.directories.push_back(NewDirectory(name));
    } else {
      plan.directories.push_back(plan.pipelines.size() == 1 ? options.out : options.out / name);
    }
  }
  PlanJobs(plan);
  return plan;
}

// Two pipelines of one name in one --out would share a directory; an old run must not be lost.
void CheckDirectories(const Plan& plan, bool fresh) {
  std::vector<fs::path> seen;
  for (const Job& job : plan.jobs) {
    if (std::find(seen.begin(), seen.end(), job.directory) != seen.end()) {
      throw core::HostError(job.directory.string() +
                            ": two runs would be kept here; give the pipelines different names");
    }
    seen.push_back(job.directory);
    if (!fresh && core::HoldsRun(job.directory)) {
      throw core::HostError(
          job.directory.string() +
          ": holds a run already; choose another --out, or --fresh to replace it");
    }
  }
}

// An optimizer that explores by itself ignores the pipeline's strategies: say so, once for each.
void NoteUnusedExplorations(const Plan& plan) {
  std::vector<std::string> said;
  for (const Job& job : plan.jobs) {
    const core::Pipeline& pipeline = job.search->pipeline;
    const auto* optimizer = job.catalog->Find(LODE_OPTIMIZER, pipeline.optimizer.id);
    const bool unused =
        !pipeline.explorations.empty() && (optimizer->capabilities & LODE_CAP_EXPLORES) != 0;
    if (unused && std::find(said.begin(), said.end(), optimizer->id) == said.end()) {
      said.push_back(optimizer->id);
      core::Log(LODE_INFO, "optimizer '" + optimizer->id +
                               "' explores by itself: the pipeline's exploration is not used");
    }
  }
}

void PrintTables(const Plan& plan) {
  for (const core::SearchResult& result : plan.results) {
    if (!result.metrics.empty()) {
      std::printf("%s\n", core::FormatRuns(result).c_str());
    }
  }
  const bool compare =
      plan.results.size() > 1 || !plan.results.front().search->pipeline.references.empty();
  if (compare && !plan.results.front().metrics.empty()) {
    std::printf("%s\n", core::FormatComparison(plan.results).c_str());
  }
  for (const fs::path& directory : plan.directories) {
    std::printf("kept in %s\n", directory.c_str());
  }
}

int ExitStatusOf(const Plan& plan) {
  for (const core::SearchResult& result : plan.results) {
    for (const core::RunResult& run : result.runs) {
      if (run.ending == core::Ending::kFailed) {
        return kRunFailed;
      }
    }
  }
  return interrupted ? kInterrupted : kDone;
}

int RunPipelines(const RunOptions& options, const GlobalOptions& global) {
  Plan plan = MakePlan(options, global);
  CheckDirectories(plan, options.fresh);
  NoteUnusedExplorations(plan);
  CatchSignals();
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned workers = options.jobs > 0 ? options.jobs : cores;
  JobQueue(plan.jobs).Run(std::min<unsigned>(workers, static_cast<unsigned>(plan.jobs.size())));
  std::erase_if(plan.results, [](const core::SearchResult& r) { return r.metrics.empty(); });
  if (options.json) {
    std::printf("%s\n", core::ToJson(plan.results).dump(2).c_str());
  } else if (!plan.results.empty()) {
    PrintTables(plan);
  }
  return ExitStatusOf(plan);
}

}  // namespace

void AddRun(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("run", "Run the searches that pipeline files describe");
  auto options = std::make_shared<RunOptions>();
  options->pipelines.AddTo(*command);
  command
      ->add_option("--seeds", options->seeds,
                   "How many seeds (10: 0 to 9), or which (3,5,8; one: 3,)")
      ->type_name("SEEDS");
  command->add_option("--jobs", options->jobs, "Runs at a time (default: one for each processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command
      ->add_option("--out", options->out, "Directory to keep the runs in (default: runs/NAME/TIME)")
      ->type_name("DIR");
  command->add_flag("--fresh", options->fresh, "Replace runs that --out holds already");
  command->add_flag("--json", options->json, "Print one JSON object instead of tables");
  command->callback([&global, &action, options] {
    action = [&global, options] { return RunPipelines(*options, global); };
  });
}

}  // namespace lode::cli
