#include "core/exec/search_worker.h"

#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/worker.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/search/answers.h"
#include "core/search/run.h"

namespace lode::core {
namespace {

// Lets the host ask the oracles that measure, which stay in the host's process.
class HostExecutor : public Executor {
 public:
  HostExecutor(const SearchSetup& setup, HostChannel& host)
      : metrics_(setup.metrics), capacity_(setup.capacity), host_(host) {}

  const MetricLists& metrics() const override { return metrics_; }
  std::size_t capacity() const override { return capacity_; }

  void Start(const Question& question) override {
    asked_.emplace(question.id, question);
    host_.Send(question);
  }

  std::uint64_t Next() override {
    TakeEarly();
    if (!answers_.First()) {
      host_.Send(Await{});
      Take(std::get<Answer>(Receive()));
    }
    return *answers_.First();
  }

  Measurement Finish(std::uint64_t id) override {
    host_.Send(Await{id});
    TakeEarly();
    while (!answers_.Contains(id)) {
      Take(std::get<Answer>(Receive()));
    }
    return *answers_.Take(id);
  }

  // Waits until the host has stored what it was told. Answers that arrive meanwhile wait for
  // Finish: like those of any executor, they are not reported earlier.
  void WaitForHost() {
    for (Message message = Receive(); !std::holds_alternative<Continue>(message);
         message = Receive()) {
      early_.push_back(std::get<Answer>(std::move(message)));
    }
  }

 private:
  Message Receive() {
    Message message = host_.ReceiveAnswer();
    if (const auto* refused = std::get_if<Refused>(&message)) {
      throw HostError(refused->reason);
    }
    if (std::holds_alternative<Stopped>(message)) {
      throw CancelledError();
    }
    return message;
  }

  void TakeEarly() {
    while (!early_.empty()) {
      Answer answer = std::move(early_.front());
      early_.pop_front();
      Take(std::move(answer));
    }
  }

  void Take(Answer answer) {
    const Question question = std::move(asked_.extract(answer.id).mapped());
    Tell(question, answer.measurement);
    answers_.Add(answer.id, std::move(answer.measurement));
  }

  const MetricLists metrics_;
  const std::size_t capacity_;
  HostChannel& host_;
  std::map<std::uint64_t, Question> asked_;
  std::deque<Answer> early_;
  Answers answers_;
};

// Shows the host what observers see. A trial is told to the optimizer only after the host has it.
class HostObserver : public TrialObserver {
 public:
  HostObserver(HostChannel& host, HostExecutor& executor) : host_(host), executor_(executor) {}

  void OnEvaluation(const EvaluationRecord& record) override {
    const auto& [id, step, architecture, metrics, failure, rejected, cost_seconds, records,
                 timing] = record;
    host_.Send(Evaluated{id,
                         step,
                         std::string(architecture),
                         {metrics.begin(), metrics.end()},
                         std::string(failure),
                         rejected,
                         cost_seconds,
                         {records.begin(), records.end()},
                         timing});
  }

  void OnTrial(const TrialRecord& trial) override {
    const auto& [step, evaluation, random, reused, action, architecture, metrics, reward, violation,
                 failure, took] = trial;
    host_.Send(Told{step,
                    evaluation,
                    random,
                    reused,
                    {action.begin(), action.end()},
                    std::string(architecture),
                    {metrics.begin(), metrics.end()},
                    reward,
                    violation,
                    std::string(failure),
                    took.count()});
    executor_.WaitForHost();
  }

  void OnRecords(std::uint64_t step,
                 std::span<const std::pair<std::string, double>> records) override {
    if (!records.empty()) {
      host_.Send(Recorded{step, {records.begin(), records.end()}});
    }
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
        [&host](double fraction, std::string_view what) {
          host.Send(Progress{fraction, std::string(what)});
        },
        setup.setup.prepared);
  }

  SearchReady Ready() const {
    return {run_->metrics(), run_->free_metrics(), run_->ComputableMetrics(),
            run_->optimizer().CanSave()};
  }

  void Serve(const Message& message) {
    if (const auto* begin = std::get_if<Begin>(&message)) {
      HostObserver observer(host_, *executor_);
      host_.Send(Done{run_->Execute({&observer}, begin->stored)});
    } else if (const auto* save = std::get_if<SavePolicy>(&message)) {
      Save(save->file);
    }
  }

 private:
  void Save(const std::string& file) {
    try {
      run_->SavePolicy(file);
      host_.Send(Continue{});
    } catch (const std::exception& e) {
      host_.Send(Refused{e.what()});
    }
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
