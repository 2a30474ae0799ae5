#include "core/cli/jobs.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "core/cli/best.h"
#include "core/cli/exit_guard.h"
#include "core/cli/interruption.h"
#include "core/cli/progress.h"
#include "core/cli/results_file.h"
#include "core/cli/terminal.h"
#include "core/exec/processors.h"
#include "core/exec/workers.h"
#include "core/plugin/crash.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/log.h"
#include "core/search/failures.h"
#include "core/search/metric_index.h"
#include "core/search/noisy_best.h"
#include "core/search/rejection_watch.h"
#include "core/search/run.h"
#include "core/store/replay.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "core/store/sealed_json.h"
#include "core/store/store_check.h"
#include "core/store/store_files.h"
#include "core/store/stored_run.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

// How long a trial in hand may take to end once the user wants the run to.
constexpr auto kPatience = std::chrono::milliseconds(1800);

constexpr std::size_t kShownFailures = 3;  // reasons, in a line

// Evaluations of a run that began when these had no limit: what a pipeline can say and no run reaches.
constexpr std::uint64_t kNoLimit = 1'000'000'000'000'000;

std::string EndLine(const Job& job, const core::RunResult& result,
                    const core::MetricDeclaration& metric, std::size_t position) {
  char text[160];
  std::snprintf(text, sizeof text, ": %llu steps, %llu %s, %.2f s",
                static_cast<unsigned long long>(result.steps),
                static_cast<unsigned long long>(result.unique_queries),
                result.computed ? "distinct architectures" : "unique queries", result.seconds);
  std::string line = TitleOf(job) + text;
  if (result.best) {
    line +=
        ", best " + metric.name + " " + core::FormatMetric(metric, result.best->metrics[position]);
    if (result.best->measurements > 0) {
      line += " (mean of " + std::to_string(result.best->measurements) + ")";
    }
  }
  if (result.failures > 0) {
    line += ", " + core::FormatFailures(result.failures, result.failure_kinds, kShownFailures);
  }
  return result.reason.empty() ? line : line + " (" + result.reason + ")";
}

bool IsWell(const core::RunResult& result) {
  return result.ending == core::Ending::kBudget || result.ending == core::Ending::kStalled ||
         (result.ending == core::Ending::kInterrupted && interrupted);
}

// One run from its components to its result, while its directory is locked.
//
// A run that is kept is left as it is until its stored trials have come out the same.
class StoredSearch {
 public:
  // Throws HostError if the run cannot even start.
  StoredSearch(const Job& job, RunProgress& progress, const Evaluators& evaluators,
               std::function<void(const std::string&)> warn)
      : job_(job),
        progress_(progress),
        context_{job.seed,
                 &interrupted,
                 [&progress](double fraction, std::string_view what) {
                   progress.OnProgress(fraction, what);
                 },
                 {},
                 job.prepared} {
    core::Pipeline pipeline = job.search->pipeline;
    std::unique_ptr<core::Executor> executor =
        core::MakeExecutor(pipeline, *job.catalog, context_, evaluators.program, &evaluators.mpi);
    progress_.SetWorkers(executor->capacity() > 1 ? executor->capacity() : 0);
    executor = std::make_unique<CountedExecutor>(std::move(executor), progress_);
    if (job.exists) {
      executor = Replaying(std::move(executor));
      if (IsUnlimited()) {
        pipeline.budget.evaluations = kNoLimit;
      }
    }
    const std::string workers = std::to_string(executor->capacity());
    run_ = core::MakeRun(pipeline, *job.catalog, context_, evaluators.program, std::move(executor));
    if (job.exists) {
      check_ = std::make_unique<core::ReplayCheck>(std::make_unique<core::StoredRun>(job.directory),
                                                   run_->reward(), kept_, [this] { Agree(); });
    }
    const std::size_t metric = run_->reward().metric();
    progress_.SetRewardMetric(run_->metrics()[metric], metric);
    progress_.SetReplayed(kept_);
    watch_ = std::make_unique<core::RejectionWatch>(pipeline.reward, run_->metrics(),
                                                    run_->free_metrics(), run_->ComputableMetrics(),
                                                    std::move(warn));
    store_ = std::make_unique<core::RunStore>(
        job.directory, job.exists ? core::RunStore::Mode::kContinue : core::RunStore::Mode::kNew,
        run_->metrics(), pipeline.execution.commit);
    store_->Hold();
    if (job.exists) {
      store_->ForgetFrom(kept_);
    }
    store_->SetMeta("seed", std::to_string(job.seed));
    store_->SetMeta("workers", workers);
    if (core::AreNoisy(run_->metrics()) && !IsUnlimited()) {
      store_->SetMeta("evaluations", "limited");
    }
    if (const std::string optima = core::OptimaToText(run_->metrics()); !optima.empty()) {
      store_->SetMeta(core::kOptimaKey, optima);
    }
    store_->SetMeta("status", "running");
    if (kept_ == 0) {
      Agree();
    }
  }

  const core::Runner& run() const { return *run_; }

  core::RunResult Execute() {
    core::RunResult result = run_->Execute(Observers(), kept_);
    if (result.ending == core::Ending::kInterrupted && IsOutOfTime()) {
      result.reason = "the wall time is over";
    }
    try {
      if (HasEnded(result)) {
        CheckEnd(result);
      }
      Keep(result);
    } catch (const core::HostError& e) {
      if (!result.broken) {  // else it has its reason
        result.ending = core::Ending::kFailed;
        result.reason = e.what();
      }
      result.kept = dynamic_cast<const core::LostStoreError*>(&e) == nullptr;
    }
    return result;
  }

 private:
  std::unique_ptr<core::Executor> Replaying(std::unique_ptr<core::Executor> executor) {
    auto stored = std::make_unique<core::StoredRun>(job_.directory);
    CheckWorkers(*stored, *executor);
    kept_ = job_.asks_again && core::FailuresEnded(*stored) ? stored->TrialsToLastSuccess()
                                                            : stored->trials();
    unlimited_ = kept_ > 0 && stored->Meta("evaluations").empty();
    return std::make_unique<core::ReplayExecutor>(std::move(stored), std::move(executor), kept_);
  }

  // A run whose store does not say that its evaluations are limited began when they were not, and
  // continues as it began.
  bool IsUnlimited() const { return unlimited_; }

  // How many proposals run ahead decides what they are.
  void CheckWorkers(core::StoredRun& stored, const core::Executor& executor) const {
    const std::string then = stored.Meta("workers");
    const std::string now = std::to_string(executor.capacity());
    if (!then.empty() && then != now) {
      throw core::HostError(job_.directory.string() + ": was searched with " + then +
                            " evaluations at once, and goes on with as many only, not " + now);
    }
  }

  static bool HasEnded(const core::RunResult& result) {
    return result.ending != core::Ending::kInterrupted && !result.broken;
  }

  // A search that ends short of its budget may end where failures did, which are asked again.
  void CheckEnd(const core::RunResult& result) const {
    if (check_ && (result.ending == core::Ending::kBudget || !agreed_)) {
      check_->CheckEnd(result.steps);
    }
  }

  // From here on it is the run that is to be.
  void Agree() {
    if (job_.exists) {
      core::DescribeRun(job_.directory, *job_.search, job_.seed, *job_.catalog);
    }
    store_->Release();
    agreed_ = true;
  }

  // A replay that goes wrong is noticed before anything is written.
  std::vector<core::TrialObserver*> Observers() const {
    std::vector<core::TrialObserver*> observers{store_.get(), &progress_, watch_.get()};
    if (check_) {
      observers.insert(observers.begin(), check_.get());
    }
    return observers;
  }

  // A run counts as ended once all it leaves is there.
  void Keep(const core::RunResult& result) {
    if (!agreed_) {
      return;
    }
    if (!HasEnded(result)) {
      store_->SetMeta("status", "interrupted");
      store_->Flush();
      return;
    }
    store_->DropUntold();
    store_->SetFront(result.front);
    store_->Flush();
    run_->SavePolicy(job_.directory / core::kPolicyFile);
    core::WriteFile(job_.directory / core::kResultFile,
                    core::SealJson(core::ToJson(result, run_->metrics())));
    store_->SetMeta("status", core::EndingName(result.ending));
    store_->Flush();
  }

  const Job& job_;
  RunProgress& progress_;
  bool unlimited_ = false;
  const core::RunContext context_;
  std::uint64_t kept_ = 0;  // trials that are replayed
  bool agreed_ = false;     // they came out the same
  std::unique_ptr<core::ReplayCheck> check_;
  std::unique_ptr<core::Runner> run_;
  std::unique_ptr<core::RejectionWatch> watch_;
  std::unique_ptr<core::RunStore> store_;
};

// Another program may have made the run since it was planned.
void RequireAsPlanned(const Job& job) {
  if (!job.exists && fs::exists(job.directory / core::kStoreFile)) {
    throw core::HostError(job.directory.string() +
                          ": another program has made this run meanwhile; --resume continues it");
  }
}

JobResult Execute(const Job& job, ProgressDisplay& display, const Evaluators& evaluators,
                  std::function<void(const std::string&)> warn) {
  core::MakeDirectories(job.directory);
  const core::RunLock lock(job.directory);
  RequireAsPlanned(job);
  if (job.exists) {
    core::RequireIntact(job.directory);
    core::UpgradeStore(job.directory);
  } else {
    core::BeginRun(job.directory, *job.search, job.seed, *job.catalog);
  }
  RunProgress& progress = display.Begin(TitleOf(job), job.search->pipeline.budget);
  std::optional<JobResult> result = Ended(job);
  const bool was_there = result.has_value();
  if (!was_there) {
    StoredSearch search(job, progress, evaluators, std::move(warn));
    core::RunResult run = search.Execute();
    result = JobResult{search.run().metrics(), std::move(run)};
  }
  const std::size_t metric = core::MetricIndex(result->metrics, job.search->pipeline.reward.metric);
  const std::string line = EndLine(job, result->run, result->metrics[metric], metric);
  display.End(progress, was_there, line);
  if (display.run_count() > 1) {
    core::Log(IsWell(result->run) ? LODE_DEBUG : LODE_WARNING, line);
  }
  return std::move(*result);
}

// The name of the pipeline that they are runs of, "" if there are several.
std::string CommonName(const std::vector<Job>& jobs) {
  const std::string& first = jobs.front().search->pipeline.name;
  const bool common =
      std::ranges::all_of(jobs, [&](const Job& job) { return job.search->pipeline.name == first; });
  return common ? first : "";
}

// Takes jobs in order with several threads. The first job that cannot even start ends all, unless it
// lost its process as it started.
class JobQueue {
 public:
  JobQueue(const std::vector<Job>& jobs, const Evaluators& evaluators, double progress_seconds)
      : jobs_(jobs),
        evaluators_(evaluators),
        display_(CommonName(jobs), jobs.size(), progress_seconds) {}

  // Whether all jobs could start.
  bool Run(unsigned thread_count) {
    std::vector<std::thread> threads;
    while (threads.size() < thread_count && StartOne(threads)) {
    }
    WaitOrLeave();
    for (std::thread& thread : threads) {
      thread.join();
    }
    if (error_) {
      std::rethrow_exception(error_);
    }
    return !lost_;
  }

 private:
  // Where the system gives no more threads, those that there are do all the work.
  bool StartOne(std::vector<std::thread>& threads) {
    {
      const std::lock_guard lock(mutex_);
      ++working_;
    }
    try {
      core::Doing("starting a thread for a run", [&] { threads.emplace_back([this] { Work(); }); });
      return true;
    } catch (const core::HostError& e) {
      const std::lock_guard lock(mutex_);
      --working_;
      if (threads.empty()) {
        throw;
      }
      core::Log(LODE_WARNING, std::string(e.what()) + ": " + std::to_string(threads.size()) +
                                  " runs at a time, not more");
      return false;
    }
  }

  void Work() {
    const core::CrashStack stack;
    for (std::size_t i = 0; (i = next_++) < jobs_.size() && !interrupted && !stop_;) {
      try {
        JobResult result = core::Doing(jobs_[i].directory, [&] {
          return Execute(jobs_[i], display_, evaluators_,
                         [this, i](const std::string& text) { WarnOnce(jobs_[i], text); });
        });
        const std::lock_guard lock(mutex_);
        jobs_[i].result->metrics = std::move(result.metrics);
        jobs_[i].result->runs[jobs_[i].position] = std::move(result.run);
      } catch (const lode::CancelledError&) {  // before the run began
      } catch (const core::WorkerLost& e) {    // others may have more luck
        Lose(jobs_[i], e);
      } catch (const core::LostStoreError& e) {
        jobs_[i].result->runs[jobs_[i].position].kept = false;
        Lose(jobs_[i], e);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        error_ = error_ ? error_ : std::current_exception();
        stop_ = true;
      }
    }
    const std::lock_guard lock(mutex_);
    --working_;
    ended_.notify_all();
  }

  void Lose(const Job& job, const core::HostError& error) {
    display_.Print("lode: " + TitleOf(job) + ": " + error.what());
    lost_ = true;
  }

  // Its seeds would all say the same.
  void WarnOnce(const Job& job, const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (warned_.insert(job.search).second) {
      core::Log(LODE_WARNING, TitleOf(job) + ": " + text);
    }
  }

  // Waits for all threads. After an interruption an oracle that is deaf to it is left where it is:
  // what is stored is on the disk by then, and a trial in hand is lost at any end.
  void WaitOrLeave() {
    using Clock = std::chrono::steady_clock;
    std::optional<Clock::time_point> since;
    std::unique_lock lock(mutex_);
    while (
        !ended_.wait_for(lock, std::chrono::milliseconds(50), [this] { return working_ == 0; })) {
      if (interrupted && !since) {
        since = Clock::now();
      }
      if (since && Clock::now() - *since >= kPatience) {
        std::fprintf(stderr, "lode: left the evaluation in hand; `lode resume` goes on\n");
        Leave(InterruptionStatus());
      }
    }
  }

  const std::vector<Job>& jobs_;
  const Evaluators& evaluators_;
  ProgressDisplay display_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned working_ = 0;                  // under mutex_
  std::set<const core::Search*> warned_;  // under mutex_
  std::exception_ptr error_;              // under mutex_
};

// Threads that one run may keep busy.
unsigned BusyThreads(const core::ExecutionConfig& execution) {
  return static_cast<unsigned>(execution.workers * execution.threads);
}

// An optimizer that explores by itself ignores the pipeline's strategies, one that takes one ask at a
// time leaves workers idle, more threads than processors are slower: say so, once for each.
class Notes {
 public:
  void Add(const Job& job) {
    const core::Pipeline& pipeline = job.search->pipeline;
    const auto* optimizer = job.catalog->Find(LODE_OPTIMIZER, pipeline.optimizer.id);
    const std::string title = "optimizer '" + optimizer->id + "' ";
    if (!pipeline.explorations.empty() && (optimizer->capabilities & LODE_CAP_EXPLORES) != 0) {
      Say(title + "explores by itself: the pipeline's exploration is not used");
    }
    if (pipeline.execution.workers > 1 && (optimizer->capabilities & LODE_CAP_SEVERAL_ASKS) == 0) {
      Say(title + "proposes one architecture at a time: only one of the workers is used");
    }
    SayIfCrowded(pipeline.execution);
  }

 private:
  void SayIfCrowded(const core::ExecutionConfig& execution) {
    const unsigned busy = BusyThreads(execution);
    if (execution.threads > 1 && !core::UnderMpi() && busy > core::Processors()) {
      Say("'workers' times 'threads' is " + std::to_string(busy) + ", and here are " +
          std::to_string(core::Processors()) + " processors: the threads will wait for each other");
    }
  }

  void Say(const std::string& note) {
    if (std::ranges::find(said_, note) == said_.end()) {
      said_.push_back(note);
      core::Log(LODE_INFO, note);
    }
  }

  std::vector<std::string> said_;
};

unsigned ThreadsFor(const Plan& plan, const JobOptions& options) {
  if (core::UnderMpi()) {
    return 1;  // the ranks serve one run at a time
  }
  const core::ExecutionConfig& execution = plan.jobs.front().search->pipeline.execution;
  const unsigned threads =
      options.jobs > 0 ? options.jobs : std::max(1u, core::Processors() / BusyThreads(execution));
  return std::min(threads, static_cast<unsigned>(plan.jobs.size()));
}

}  // namespace

void JobOptions::AddTo(CLI::App& command) {
  command.add_option("-j,--jobs", jobs, "Runs at a time (default: one for each processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command
      .add_option("--extend", extend,
                  "Go on with runs that have ended, to a larger budget: steps=2000, "
                  "unique_queries=500 or simulated_seconds=20000")
      ->type_name("LIMIT=N");
  command.add_flag("--force", force,
                   "Go on although the configuration or a version has changed; the stored trials "
                   "must come out the same all the same");
  command
      .add_option("--wall-seconds", wall_seconds,
                  "Stop after so long by the clock, to be resumed: instead of budget.wall_seconds")
      ->check(CLI::PositiveNumber)
      ->type_name("S");
  command.add_flag("--json", json, "Print one JSON object instead of tables");
  command
      .add_option("--progress", progress_seconds,
                  "Where standard error is not a terminal: how often a line says how far it is; 0: "
                  "nothing says so, on a terminal either")
      ->check(CLI::Range(0.0, 1e9))
      ->type_name("SECONDS")
      ->capture_default_str();
}

std::vector<std::string> JobOptions::Overrides() const {
  if (extend.empty()) {
    return {};
  }
  if (extend.find('=') == std::string::npos) {
    throw core::HostError("--extend " + extend + ": expected LIMIT=N, like steps=2000");
  }
  return {"budget." + extend};
}

double JobOptions::WallSeconds(const std::vector<const core::Search*>& searches) const {
  double least = 0;
  for (const core::Search* search : searches) {
    const double seconds = search->pipeline.budget.wall_seconds;
    least = least == 0 || (seconds > 0 && seconds < least) ? seconds : least;
  }
  return wall_seconds.value_or(least);
}

void PrintTables(const std::vector<core::SearchResult>& results) {
  for (const core::SearchResult& result : results) {
    std::printf("%s\n", core::FormatRuns(result, OutputWidth()).c_str());
  }
  if (results.size() > 1 ||
      (!results.empty() && !results.front().search->pipeline.references.empty())) {
    std::printf("%s\n", core::FormatComparison(results, OutputWidth()).c_str());
  }
}

int RunJobs(Plan& plan, const JobOptions& options, const Evaluators& evaluators) {
  Notes notes;
  std::ranges::for_each(plan.jobs, [&](const Job& job) { notes.Add(job); });
  CatchSignals();
  if (core::UnderMpi()) {
    evaluators.mpi.link();  // by the thread that ends it, and when nothing forks any more
  }
  const bool started =
      JobQueue(plan.jobs, evaluators, options.progress_seconds).Run(ThreadsFor(plan, options));
  const bool is_done = std::ranges::none_of(plan.jobs, [](const Job& job) {
    return job.result->runs[job.position].ending == core::Ending::kInterrupted;
  });
  std::erase_if(plan.results, [](const core::SearchResult& r) { return r.metrics.empty(); });
  // A run that did not end fails if nobody asked it to stop.
  const auto failed = [](const core::RunResult& run) {
    return run.ending == core::Ending::kFailed ||
           (run.ending == core::Ending::kInterrupted && !interrupted);
  };
  const bool ended_well = std::ranges::none_of(plan.results, [&](const core::SearchResult& result) {
    return std::ranges::any_of(result.runs, failed);
  });
  const bool is_just_in_time = IsOutOfTime() && is_done;
  return !started || !ended_well           ? kRunFailed
         : interrupted && !is_just_in_time ? InterruptionStatus()
                                           : kDone;
}

void PrintDirectories(const std::vector<fs::path>& directories,
                      const std::vector<core::SearchResult>& results, int status) {
  std::size_t runs = 0, lost = 0;
  for (const core::SearchResult& result : results) {
    runs += result.runs.size();
    lost +=
        static_cast<std::size_t>(std::ranges::count(result.runs, false, &core::RunResult::kept));
  }
  if (lost > 0 && lost == runs) {
    return;  // the runs' own lines say why
  }
  if (status == kOutOfTime) {
    std::printf("stopped: the wall time is over\n");
  }
  for (const fs::path& directory : directories) {
    const std::string name = PrintableLine(directory.string());
    std::printf("kept in %s%s\n", name.c_str(),
                lost > 0 ? ", but for what was removed meanwhile" : "");
    if (status == kInterrupted || status == kOutOfTime) {
      std::printf("to go on: lode resume %s\n", name.c_str());
    }
  }
}

void PrintBest(const Plan& plan, const std::vector<fs::path>& plugins) {
  for (const BestRun& best : BestOf(plan.results)) {
    const core::Search& search = *best.result->search;
    std::string where;
    for (const auto& [path, value] : search.point) {
      where += value + " ";
    }
    std::printf(
        "best: %s, %sseed %llu at step %llu: %s\n", best.Text().c_str(), where.c_str(),
        static_cast<unsigned long long>(best.run->seed),
        static_cast<unsigned long long>(best.run->best->step),
        ShowCommand(search, plan.CatalogOf(search), best.run->best->architecture, plugins).c_str());
  }
}

int KeepResults(const std::set<fs::path>& directories, int status) {
  for (const fs::path& directory : directories) {
    std::error_code error;
    if (!fs::exists(directory, error)) {  // removed meanwhile, which the runs' own lines say
      continue;
    }
    try {
      WriteResultsFile(directory);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "lode: %s\n", PrintableText(e.what()).c_str());
      status = status == kDone ? kRunFailed : status;
    }
  }
  return status;
}

namespace {

std::vector<const core::Search*> SearchesOf(const Plan& plan) {
  std::vector<const core::Search*> searches;
  std::ranges::transform(plan.results, std::back_inserter(searches), &core::SearchResult::search);
  return searches;
}

// The directories that hold all runs of the jobs' pipelines.
std::set<fs::path> RootsOf(const Plan& plan) {
  std::set<fs::path> roots;
  for (const Job& job : plan.jobs) {
    roots.insert(job.prepared.parent_path());
  }
  return roots;
}

}  // namespace

int Execute(Plan& plan, const JobOptions& options, const Evaluators& evaluators) {
  const WallClock clock(options.WallSeconds(SearchesOf(plan)));
  const int status = KeepResults(RootsOf(plan), RunJobs(plan, options, evaluators));
  if (options.json) {
    std::printf("%s\n", core::FormatJson(core::ToJson(plan.results), 2).c_str());
  } else if (!plan.results.empty() || interrupted) {
    PrintTables(plan.results);
    PrintDirectories(plan.directories, plan.results, status);
    PrintBest(plan, evaluators.plugins);
  }
  return status;
}

}  // namespace lode::cli
