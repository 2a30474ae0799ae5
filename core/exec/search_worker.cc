#include "core/exec/search_worker.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/host_executor.h"
#include "core/exec/worker.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/search/run.h"

namespace lode::core {
namespace {

// Shows the host what observers see. A trial is told to the optimizer only after the host has it.
class HostObserver : public TrialObserver {
 public:
  HostObserver(HostChannel& host, HostExecutor& executor) : host_(host), executor_(executor) {}

  void OnEvaluation(const EvaluationRecord& record) override {
    host_.Send(Evaluated{.id = record.id,
                         .step = record.step,
                         .architecture = std::string(record.architecture),
                         .metrics = {record.metrics.begin(), record.metrics.end()},
                         .failure = std::string(record.failure),
                         .rejected = record.rejected,
                         .cost_seconds = record.cost_seconds,
                         .records = {record.records.begin(), record.records.end()},
                         .timing = record.timing,
                         .fidelity = record.fidelity});
  }

  void OnTrial(const TrialRecord& trial) override {
    host_.Send(Told{.step = trial.step,
                    .evaluation = trial.evaluation,
                    .random = trial.random,
                    .reused = trial.reused,
                    .action = {trial.action.begin(), trial.action.end()},
                    .architecture = std::string(trial.architecture),
                    .metrics = {trial.metrics.begin(), trial.metrics.end()},
                    .reward = trial.reward,
                    .violation = trial.violation,
                    .failure = std::string(trial.failure),
                    .nanoseconds = trial.took.count(),
                    .fidelity = trial.fidelity});
    executor_.WaitForHost();
  }

  void OnTaken(std::uint64_t step) override { host_.Send(Taken{step}); }

  void OnRecords(std::uint64_t step,
                 std::span<const std::pair<std::string, double>> records) override {
    if (!records.empty()) { host_.Send(Recorded{step, {records.begin(), records.end()}}); }
  }

 private:
  HostChannel& host_;
  HostExecutor& executor_;
};

// The search that the setup describes.
class SearchServer {
 public:
  SearchServer(const SearchSetup& setup, const std::vector<std::filesystem::path>& plugins,
               HostChannel& host)
      : host_(host) {
    const Document document =
        Document::FromText(setup.setup.pipeline, "the pipeline from the host");
    index_ = std::make_unique<PluginIndex>(MakeSearchPath(plugins, PluginPaths(document)),
                                           IndexCacheFile());
    auto executor = std::make_unique<HostExecutor>(setup, host);
    executor_ = executor.get();
    run_ = std::make_unique<Run>(
        ResolveOne(document, *index_), setup.setup.seed, *index_, WorkerCancelled(),
        std::move(executor),
        [&host](const CallProgress& call) {
          host.Send(Progress{call.fraction, std::string(call.what), call.prepares});
        },
        setup.setup.prepared);
  }

  SearchReady Ready() const {
    return {run_->metrics(), run_->free_metrics(), run_->ComputableMetrics(),
            run_->optimizer().CanSave(), run_->chooses_fidelities()};
  }

  void Serve(const Message& message) {
    if (const auto* begin = std::get_if<Begin>(&message)) {
      HostObserver observer(host_, *executor_);
      host_.Send(Done{run_->Execute({&observer}, begin->beginning)});
    } else if (const auto* save = std::get_if<SavePolicy>(&message)) {
      Save(save->file);
    }
  }

 private:
  void Save(const std::string& file) {
    try {
      run_->SavePolicy(file);
      host_.Send(Continue{});
    } catch (const std::exception& e) { host_.Send(Refused{e.what()}); }
  }

  HostChannel& host_;
  std::unique_ptr<PluginIndex> index_;
  HostExecutor* executor_ = nullptr;  // of run_
  std::unique_ptr<Run> run_;
};

}  // namespace

int ServeSearch(const SearchSetup& setup, const std::vector<std::filesystem::path>& plugins,
                HostChannel& host) {
  std::unique_ptr<SearchServer> server;
  try {
    server = Doing("making the search in a process of its own",
                   [&] { return std::make_unique<SearchServer>(setup, plugins, host); });
  } catch (const CancelledError&) {
    host.Send(Stopped{});
    return 0;
  } catch (const std::exception& e) {
    host.Send(Refused{e.what()});
    return 1;
  }
  host.Send(server->Ready());
  while (const auto message = host.Receive()) {
    server->Serve(*message);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace lode::core
