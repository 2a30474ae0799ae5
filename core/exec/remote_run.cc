#include "core/exec/remote_run.h"

#include <poll.h>

#include <utility>

#include "core/exec/network_link.h"
#include "core/exec/pass_on.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{20};         // between checks of time, memory and cancellation
constexpr milliseconds kLastWords{1500};  // for a process that was told to stop

}  // namespace

RemoteRun::RemoteRun(const Setup& setup, const RewardConfig& reward, const Workers::Limits& limits,
                     const WorkerProgram& program, const RunContext& run,
                     std::unique_ptr<Executor> executor)
    : run_(run),
      limits_(limits),
      executor_(std::move(executor)),
      process_(program, limits.memory_limit) {
  so_far_.seed = run.seed;
  executor_->Listen([this](const Query& query, const Evaluation& evaluation) {
    process_.Send(Finished{query.id, evaluation});
  });
  Setup own = setup;
  own.cgroup = process_.cgroup();
  NetworkOwner* const network = executor_->network();
  Send(SearchSetup{own, executor_->metrics(), executor_->fidelities(), executor_->capacity(),
                   network != nullptr ? network->cells() : 0});
  const std::optional<Message> message = Next();
  if (!message) { throw HostError(why_); }
  if (const auto* refused = std::get_if<Refused>(&*message)) { throw HostError(refused->reason); }
  if (std::holds_alternative<Stopped>(*message)) { throw CancelledError(); }
  ready_ = std::get<SearchReady>(*message);
  reward_.emplace(reward, ready_.metrics);
  is_ready_ = true;
}

RunResult RemoteRun::Execute(const std::vector<TrialObserver*>& observers,
                             const Beginning& beginning) {
  observers_ = observers;
  const auto start = Clock::now();
  Send(Begin{beginning});
  for (;;) {
    std::optional<Message> message = Next();
    so_far_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (!message) { return Lost(); }
    if (auto* done = std::get_if<Done>(&*message)) { return std::move(done->result); }
    HandleSafely(*message);
  }
}

bool RemoteRun::SavePolicy(const std::filesystem::path& file) {
  if (!ready_.can_save) { return false; }
  Send(core::SavePolicy{file.string()});
  const std::optional<Message> message = Next();
  if (!message) { throw HostError(why_); }
  if (const auto* refused = std::get_if<Refused>(&*message)) { throw HostError(refused->reason); }
  return true;
}

void RemoteRun::Send(const Message& message) {
  busy_since_ = Clock::now();
  process_.Send(message);
}

std::optional<Message> RemoteRun::Next() {
  for (;;) {
    while (!received_.empty()) {
      Message message = std::move(received_.front());
      received_.pop_front();
      if (!PassOn(message, run_)) { return message; }
    }
    if (!why_.empty()) { return std::nullopt; }
    Watch();
  }
}

void RemoteRun::Watch() {
  std::vector<pollfd> polled;
  process_.AddTo(polled);
  poll(polled.data(), polled.size(), static_cast<int>(kLook.count()));
  for (Message& message : process_.Receive()) { received_.push_back(std::move(message)); }
  if (!received_.empty()) { return; }
  if (const std::uint64_t calls = process_.component_calls();
      calls != std::exchange(calls_, calls)) {
    busy_since_ = Clock::now();
  }
  const std::chrono::duration<double> busy = Clock::now() - busy_since_;
  if (process_.is_over()) {
    const std::string ending = process_.End(WorkerProcess::kToEnd);
    Lose(process_.ExceedsMemoryLimit() ? limits_.MemoryText() : ending);
  } else if (is_ready_ && limits_.timeout_seconds > 0 && busy.count() > limits_.timeout_seconds) {
    Lose(limits_.TimeoutText());
  } else if (process_.ExceedsMemoryLimit()) {
    Lose(limits_.MemoryText());
  } else if (run_.is_cancelled()) {
    Interrupt();
  }
}

// Cancels the process's work, and gives it a moment to report its progress.
void RemoteRun::Interrupt() {
  if (!interrupted_since_) {
    interrupted_since_ = Clock::now();
    process_.Interrupt();
  } else if (Clock::now() - *interrupted_since_ > kLastWords) {
    Lose("did not stop when it was told to");
  }
}

void RemoteRun::Lose(const std::string& why) {
  const std::string component = process_.CurrentComponent();
  why_ = (component.empty() ? "the process that searches" : component) + ": " + why +
         process_.LastOutput();
  process_.End();
}

// Returns the result of a run that failed or was interrupted. What is stored of it can be
// continued.
RunResult RemoteRun::Lost() const {
  RunResult result = so_far_;
  result.best = best_.best();
  result.ending = interrupted_since_ ? Ending::kInterrupted : Ending::kFailed;
  result.reason = interrupted_since_ ? "" : why_;
  result.broken = true;
  return result;
}

// Reports a failure to the process as if the executor and the observers were in it.
void RemoteRun::HandleSafely(Message& message) {
  try {
    Handle(message);
  } catch (const CancelledError&) {  // the process ends its run itself
    Send(Stopped{});
  } catch (const HostError& e) {
    fault_ = fault_.empty() ? e.what() : fault_;
    if (!std::holds_alternative<Query>(message) && !std::holds_alternative<Evaluated>(message) &&
        !std::holds_alternative<Recorded>(message) && !std::holds_alternative<Taken>(message)) {
      Send(Refused{fault_});
    }
  }
}

void RemoteRun::Handle(Message& message) {
  if (!fault_.empty()) { throw HostError(fault_); }
  if (const auto* query = std::get_if<Query>(&message)) {
    executor_->Start(*query);
  } else if (const auto* call = std::get_if<NetworkCall>(&message)) {
    Send(Answer(executor_->network(), *call));
  } else if (const auto* await = std::get_if<Await>(&message)) {
    WaitFor(await->id);
    busy_since_ = Clock::now();
  } else if (const auto* evaluation = std::get_if<Evaluated>(&message)) {
    Pass(*evaluation);
  } else if (const auto* trial = std::get_if<Told>(&message)) {
    Pass(*trial);
    Send(Continue{});
  } else if (const auto* recorded = std::get_if<Recorded>(&message)) {
    for (TrialObserver* observer : observers_) {
      observer->OnRecords(recorded->step, recorded->records);
    }
  } else if (const auto* taken = std::get_if<Taken>(&message)) {
    for (TrialObserver* observer : observers_) { observer->OnTaken(taken->step); }
  } else {
    Lose("sent a message that only a host may send");
  }
}

// The listener sends the evaluation. The process says itself which one it takes.
void RemoteRun::WaitFor(std::uint64_t id) {
  if (id == 0) {
    executor_->Next();
  } else {
    executor_->Finish(id);
  }
}

void RemoteRun::Pass(const Evaluated& e) {
  const EvaluationRecord evaluation{.id = e.id,
                                    .step = e.step,
                                    .architecture = e.architecture,
                                    .metrics = e.metrics,
                                    .failure = e.failure,
                                    .rejected = e.rejected,
                                    .cost_seconds = e.cost_seconds,
                                    .records = e.records,
                                    .timing = e.timing,
                                    .fidelity = e.fidelity};
  for (TrialObserver* observer : observers_) { observer->OnEvaluation(evaluation); }
  so_far_.cost_seconds += e.cost_seconds;
}

void RemoteRun::Pass(const Told& t) {
  const TrialRecord trial{.step = t.step,
                          .evaluation = t.evaluation,
                          .random = t.random,
                          .reused = t.reused,
                          .action = t.action,
                          .architecture = t.architecture,
                          .metrics = t.metrics,
                          .reward = t.reward,
                          .violation = t.violation,
                          .failure = t.failure,
                          .took = std::chrono::nanoseconds(t.nanoseconds),
                          .fidelity = t.fidelity};
  for (TrialObserver* observer : observers_) { observer->OnTrial(trial); }
  ++so_far_.steps;
  so_far_.failures += t.failure.empty() ? 0 : 1;
  so_far_.unique_queries += t.reused ? 0 : 1;
  best_.Add(trial);
}

}  // namespace lode::core
