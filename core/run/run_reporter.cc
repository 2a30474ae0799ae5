#include "core/run/run_reporter.h"

#include <utility>

namespace lode::core {
namespace {

class WatchedExecutor : public Executor {
 public:
  WatchedExecutor(std::unique_ptr<Executor> executor, const RunInfo& run, RunListener& listener)
      : executor_(std::move(executor)),
        run_(run),
        listener_(listener),
        workers_(executor_->capacity() > 1 ? executor_->capacity() : 0) {
    executor_->Listen([this](const Query& query, const Evaluation& evaluation) {
      --under_way_;
      Report(evaluation.timing.worker);
      Tell(query, evaluation);
    });
    Report();
  }

  const MetricLists& metrics() const override { return executor_->metrics(); }
  const Fidelities& fidelities() const override { return executor_->fidelities(); }
  std::size_t capacity() const override { return executor_->capacity(); }
  NetworkOwner* network() override { return executor_->network(); }
  void Start(const Query& query) override {
    ++under_way_;
    Report();
    executor_->Start(query);
  }
  std::uint64_t Next() override { return executor_->Next(); }
  Evaluation Finish(std::uint64_t id) override { return executor_->Finish(id); }

 private:
  void Report(std::optional<std::uint32_t> finished = std::nullopt) const {
    listener_.OnActivity({run_, workers_, under_way_, finished});
  }

  const std::unique_ptr<Executor> executor_;
  const RunInfo& run_;
  RunListener& listener_;
  const std::size_t workers_;
  std::size_t under_way_ = 0;
};

}  // namespace

std::function<void(const CallProgress&)> RunReporter::Progress() const {
  return [this](const CallProgress& call) { listener_.OnProgress({run_, call}); };
}

std::unique_ptr<Executor> RunReporter::Watch(std::unique_ptr<Executor> executor) {
  return std::make_unique<WatchedExecutor>(std::move(executor), run_, listener_);
}

void RunReporter::Describe(const std::vector<MetricDeclaration>& metrics, std::size_t reward_metric,
                           std::uint64_t replayed) {
  metrics_ = &metrics;
  reward_metric_ = reward_metric;
  replayed_ = replayed;
}

void RunReporter::OnEvaluation(const EvaluationRecord& evaluation) {
  cost_seconds_ += evaluation.cost_seconds;
}

void RunReporter::OnTrial(const TrialRecord& trial) {
  listener_.OnTrial({run_, trial, *metrics_, reward_metric_, replayed_, cost_seconds_});
}

}  // namespace lode::core
