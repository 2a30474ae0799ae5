#include "core/run/execute_run.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/config/oracle_roles.h"
#include "core/config/resolve.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/report/convert_svg.h"
#include "core/run/event_log.h"
#include "core/run/known_sources.h"
#include "core/run/run_recorder.h"
#include "core/run/run_reporter.h"
#include "core/run/stored_trials.h"
#include "core/search/metric_index.h"
#include "core/search/rejection_watch.h"
#include "core/search/run.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/store_check.h"
#include "core/store/store_files.h"

namespace lode::core {
namespace {

// The limit on evaluations for runs that began before there was one: a pipeline can state it, but
// no run reaches it.
constexpr std::uint64_t kNoLimit = 1'000'000'000'000'000;

bool HasEnded(const RunResult& result) {
  return result.ending != Ending::kInterrupted && !result.broken;
}

StoreShape ShapeFor(const Pipeline& pipeline, const Runner& runner) {
  StoreShape shape(runner.metrics());
  shape.has_fidelities = runner.chooses_fidelities();
  shape.has_order = pipeline.execution.order == Order::kFinished;
  shape.has_known = pipeline.start.has_known_trials();
  return shape;
}

// Returns null if there can be none; then there was a hint (hints.h).
std::unique_ptr<BestPictures> PicturesFor(const PlannedRun& run) {
  const Pipeline& pipeline = run.search->pipeline;
  if (!DrawsPictures(pipeline.execution)) { return nullptr; }
  const auto space = std::make_shared<DrawingSpace>(pipeline.space, *run.catalog);
  return std::make_unique<BestPictures>(
      [space](const std::string& architecture) { return space->Draw(architecture); },
      [](const std::string& svg) { return ConvertSvg(svg, PictureFormat::kPng); });
}

// Returns null if the pipeline asks for none.
std::unique_ptr<EventLog> EventLogFor(const PlannedRun& run, const Runner& runner,
                                      std::uint64_t replayed,
                                      std::function<void(const std::string&)> warn) {
  Pipeline pipeline = run.search->pipeline;
  if (!pipeline.record.tensorboard) { return nullptr; }
  pipeline.seeds = {run.seed};
  EventLog::Facts facts{.directory = run.directory,
                        .metrics = runner.metrics(),
                        .reward_metric = runner.reward().metric(),
                        .result = pipeline.reward.result,
                        .has_limits = !pipeline.reward.limits.empty(),
                        .has_fidelities = runner.chooses_fidelities(),
                        .replayed = replayed,
                        .pipeline = FormatPipeline(pipeline, *run.catalog)};
  return std::make_unique<EventLog>(std::move(facts), PicturesFor(run), std::move(warn));
}

// Makes one run, from its components to its result, while its directory is locked.
class SearchExecution {
 public:
  // Throws HostError if the run cannot start.
  SearchExecution(const PlannedRun& run, const RunInfo& info, const RunEnvironment& environment,
                  std::function<void(const std::string&)> warn);

  RunOutcome Execute();

 private:
  Beginning BeginningOf(const PlannedRun& run) const;
  std::vector<TrialObserver*> Observers();
  void CheckEnd(const RunResult& result) const;
  void Keep(RunResult& result);

  const CancelToken& cancel_;
  RunReporter reporter_;
  const RunContext context_;
  bool trains_network_ = false;         // the optimizer does
  std::optional<StoredTrials> stored_;  // if the run exists
  std::unique_ptr<ReplayCheck> check_;  // likewise
  std::unique_ptr<Runner> runner_;
  Beginning beginning_;
  std::unique_ptr<RejectionWatch> watch_;
  std::unique_ptr<RunRecorder> recorder_;
  std::unique_ptr<EventLog> events_;  // null if there is none
};

SearchExecution::SearchExecution(const PlannedRun& run, const RunInfo& info,
                                 const RunEnvironment& environment,
                                 std::function<void(const std::string&)> warn)
    : cancel_(environment.cancel),
      reporter_(info, environment.listener),
      context_{run.seed, &environment.cancel.flag(), reporter_.Progress(), {}, run.prepared} {
  Pipeline pipeline = run.search->pipeline;
  pipeline.optimizer.policy = PolicyOf(*run.search, run.seed);
  auto executor = reporter_.Watch(
      MakeExecutor(pipeline, *run.catalog, context_, environment.program, environment.mpi));
  trains_network_ = TrainsNetwork(pipeline.optimizer, *run.catalog);
  RunRecorder::Facts facts{executor->capacity(), 0, true,
                           trains_network_ ? Commit::kTrial : pipeline.execution.commit};
  if (run.exists) {
    stored_.emplace(run, executor->capacity());
    if (trains_network_) { stored_->ReadProposals(); }
    executor = stored_->Replaying(std::move(executor));
    facts.replayed = stored_->beginning().trials;
    facts.limits_evaluations = !stored_->has_unlimited_evaluations();
  }
  if (!facts.limits_evaluations) { pipeline.budget.evaluations = kNoLimit; }
  runner_ = MakeRun(pipeline, *run.catalog, context_, environment.program, std::move(executor));
  if (stored_) {
    check_ = stored_->MakeCheck(runner_->reward(), [this] { recorder_->Agree(); });
  }
  beginning_ = BeginningOf(run);
  reporter_.Describe(runner_->metrics(), runner_->reward().metric(), facts.replayed);
  watch_ =
      std::make_unique<RejectionWatch>(pipeline.reward, runner_->metrics(), runner_->free_metrics(),
                                       runner_->ComputableMetrics(), warn);
  events_ = EventLogFor(run, *runner_, facts.replayed, std::move(warn));
  recorder_ = std::make_unique<RunRecorder>(run, ShapeFor(pipeline, *runner_), facts);
}

// What is stored of a run replaces the sources of its known trials.
Beginning SearchExecution::BeginningOf(const PlannedRun& run) const {
  Beginning beginning = stored_ ? stored_->beginning() : Beginning();
  if (beginning.trials == 0) { beginning.known = ReadKnownTrials(run, *runner_); }
  if (trains_network_) { beginning.checkpoints = run.directory / kCheckpointsName; }
  return beginning;
}

RunOutcome SearchExecution::Execute() {
  RunResult result = runner_->Execute(Observers(), beginning_);
  if (result.ending == Ending::kInterrupted && cancel_.reason() == CancelReason::kWallTime) {
    result.reason = "the wall time is over";
  }
  try {
    Keep(result);
  } catch (const HostError& e) {
    if (!result.broken) {  // otherwise it already has a reason
      result.ending = Ending::kFailed;
      result.reason = e.what();
    }
    result.is_stored = dynamic_cast<const LostStoreError*>(&e) == nullptr;
  }
  return {runner_->metrics(), std::move(result)};
}

// The check comes first, so that a replay that differs is noticed before anything is written. What
// was stored is never written to event files again, so the store comes after them.
std::vector<TrialObserver*> SearchExecution::Observers() {
  std::vector<TrialObserver*> observers{recorder_->observer(), &reporter_, watch_.get()};
  if (events_) { observers.insert(observers.begin(), events_.get()); }
  if (check_) { observers.insert(observers.begin(), check_.get()); }
  return observers;
}

void SearchExecution::Keep(RunResult& result) {
  if (events_ && recorder_->has_agreed()) { events_->End(result, HasEnded(result)); }
  if (HasEnded(result)) {
    CheckEnd(result);
    recorder_->KeepResult(result, *runner_);
  } else {
    recorder_->KeepUnfinished();
  }
}

// A search that ends short of its budget may have been ended by failures, which are evaluated
// again.
void SearchExecution::CheckEnd(const RunResult& result) const {
  if (check_ && (result.ending == Ending::kBudget || !recorder_->has_agreed())) {
    check_->CheckEnd(result.steps);
  }
}

// Another program may have made the run since it was planned.
void RequireAsPlanned(const PlannedRun& run) {
  if (!run.exists && std::filesystem::exists(run.directory / kStoreFile)) {
    throw HostError(run.directory.string() +
                    ": another program has made this run meanwhile; --resume continues it");
  }
}

void OpenDirectory(const PlannedRun& run) {
  RequireAsPlanned(run);
  if (run.exists) {
    RequireIntact(run.directory);
    UpgradeStore(run.directory);
  } else {
    BeginRun(run.directory, *run.search, run.seed, *run.catalog);
  }
}

}  // namespace

RunOutcome ExecuteRun(const PlannedRun& run, const RunInfo& info, const RunEnvironment& environment,
                      std::function<void(const std::string&)> warn) {
  MakeDirectories(run.directory);
  const RunLock lock(run.directory);
  OpenDirectory(run);
  environment.listener.OnStarted({info});
  std::optional<RunOutcome> ended = EndedRun(run);
  const bool was_there = ended.has_value();
  RunOutcome outcome = was_there
                           ? std::move(*ended)
                           : SearchExecution(run, info, environment, std::move(warn)).Execute();
  const std::size_t metric = MetricIndex(outcome.metrics, run.search->pipeline.reward.metric);
  environment.listener.OnFinished({info, outcome.result, outcome.metrics, metric, was_there});
  return outcome;
}

}  // namespace lode::core
