#include "core/exec/dispatcher.h"

#include <limits>
#include <utility>

#include "core/exec/pass_on.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::core {

void Dispatcher::Start(const Question& question) {
  waiting_.push_back(question);
  Dispatch();
}

Measurement Dispatcher::Finish(std::uint64_t id) {
  for (;;) {
    Dispatch();
    if (auto answer = answers_.Take(id)) { return std::move(*answer); }
    Wait();
  }
}

std::optional<std::uint64_t> Dispatcher::NextUntil(Clock::time_point deadline) {
  for (;;) {
    Dispatch();
    if (const auto id = answers_.First(); id || Clock::now() >= deadline) { return id; }
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

std::string Dispatcher::TakeAnswer(std::optional<Question>& asked, Answer& answer,
                                   std::uint32_t worker) {
  if (!asked) { return "was not asked"; }
  if (answer.id != asked->id) {
    return "answers question " + std::to_string(answer.id) + " when asked question " +
           std::to_string(asked->id);
  }
  if (answer.measurement.metrics.size() != metric_count_) {
    return "answers with " + std::to_string(answer.measurement.metrics.size()) +
           " metrics, expected " + std::to_string(metric_count_);
  }
  // The sender should have done this, but it shares its process with plugins.
  answer.measurement.failure = MessageLine(answer.measurement.failure);
  answer.measurement.timing.worker = worker;
  const Question question = *std::exchange(asked, std::nullopt);
  Keep(question, std::move(answer.measurement));
  return "";
}

void Dispatcher::Keep(const Question& question, Measurement measurement) {
  Tell(question, measurement);
  answers_.Add(question.id, std::move(measurement));
}

void Dispatcher::TakeFailure(const Question& question, const std::string& reason, Timing timing) {
  Measurement measurement;
  measurement.outcome = Outcome::kFailed;
  measurement.metrics.assign(metric_count_, std::numeric_limits<double>::quiet_NaN());
  measurement.failure = MessageLine("oracle process: " + reason);
  measurement.timing = std::move(timing);
  Keep(question, std::move(measurement));
}

bool Dispatcher::PassOn(const Message& message) const { return core::PassOn(message, run_); }

}  // namespace lode::core
