#include "core/exec/dispatcher.h"

#include <limits>
#include <utility>

#include "core/exec/pass_on.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::core {

void Dispatcher::Start(const Query& query) {
  waiting_.push_back(query);
  Dispatch();
}

Evaluation Dispatcher::Finish(std::uint64_t id) {
  for (;;) {
    Dispatch();
    if (auto finished = finished_.Take(id)) { return std::move(*finished); }
    Wait();
  }
}

std::optional<std::uint64_t> Dispatcher::NextUntil(Clock::time_point deadline) {
  for (;;) {
    Dispatch();
    if (const auto id = finished_.First(); id || Clock::now() >= deadline) { return id; }
    Wait();
  }
}

void Dispatcher::Dispatch() {
  while (!waiting_.empty() && Give(waiting_.front())) { waiting_.pop_front(); }
}

void Dispatcher::ThrowIfCancelled() const {
  if (run_.is_cancelled()) { throw CancelledError(); }
}

void Dispatcher::TakeReady(Ready ready) {
  if (has_metrics() && (ready.metrics != metrics_ || ready.fidelities != fidelities_)) {
    throw HostError(
        "the oracles declare other metrics or fidelities in one process than in another");
  }
  metrics_ = std::move(ready.metrics);
  fidelities_ = std::move(ready.fidelities);
  metric_count_ = 0;
  for (const auto& list : metrics_) { metric_count_ += list.size(); }
}

std::string Dispatcher::TakeEvaluation(std::optional<Query>& asked, Finished& finished,
                                       std::uint32_t worker) {
  if (!asked) { return "was not asked"; }
  if (finished.id != asked->id) {
    return "answers query " + std::to_string(finished.id) + " when asked query " +
           std::to_string(asked->id);
  }
  if (finished.evaluation.metrics.size() != metric_count_) {
    return "answers with " + std::to_string(finished.evaluation.metrics.size()) +
           " metrics, expected " + std::to_string(metric_count_);
  }
  // The sender should have done this, but it shares its process with plugins.
  finished.evaluation.failure = MessageLine(finished.evaluation.failure);
  finished.evaluation.timing.worker = worker;
  const Query query = *std::exchange(asked, std::nullopt);
  Keep(query, std::move(finished.evaluation));
  return "";
}

void Dispatcher::Keep(const Query& query, Evaluation evaluation) {
  Tell(query, evaluation);
  finished_.Add(query.id, std::move(evaluation));
}

void Dispatcher::TakeFailure(const Query& query, const std::string& reason, Timing timing) {
  Evaluation evaluation;
  evaluation.outcome = Outcome::kFailed;
  evaluation.metrics.assign(metric_count_, std::numeric_limits<double>::quiet_NaN());
  evaluation.failure = MessageLine("oracle process: " + reason);
  evaluation.timing = std::move(timing);
  Keep(query, std::move(evaluation));
}

bool Dispatcher::PassOn(const Message& message, std::uint32_t worker) const {
  return core::PassOn(message, run_, worker);
}

}  // namespace lode::core
