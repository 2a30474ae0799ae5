#include "core/search/search_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/plugin/error.h"
#include "core/search/confirmation.h"

namespace lode::core {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t StepsAtOnce(Components& components, const Executor& executor) {
  const std::uint32_t capabilities = components.optimizer().component().capabilities;
  return (capabilities & LODE_CAP_SEVERAL_ASKS) != 0 ? executor.capacity() : 1;
}

}  // namespace

SearchLoop::SearchLoop(const Parts& parts)
    : parts_(parts),
      pipeline_(parts.pipeline),
      ahead_(StepsAtOnce(parts.components, parts.executor)),
      proposer_(parts.components, parts.context.seed),
      teller_(parts.components.optimizer(), parts.goals, parts.evaluator.metrics().size()),
      best_(pipeline_.budget.marks, pipeline_.budget.stop_after_no_improvement.has_value(),
            parts.reward, parts.evaluator.metrics()),
      front_(parts.goals),
      budget_(pipeline_, best_.is_noisy()),
      patience_(pipeline_.budget),
      failures_(pipeline_.execution),
      order_(pipeline_.execution.order, parts.evaluator, parts.executor) {}

RunResult SearchLoop::Execute(const std::vector<TrialObserver*>& observers,
                              const Replayed& replayed) {
  const auto start = Clock::now();
  observers_ = observers;
  stored_ = replayed.trials;
  order_.Replay(replayed.taken);
  try {
    Search();
    Confirm();
  } catch (const CancelledError&) {  // requested, not an error
    ending_ = Ending::kInterrupted;
  } catch (const HostError& e) {
    End(Ending::kFailed, e.what());
    broken_ = true;
  }
  return Result(std::chrono::duration<double>(Clock::now() - start).count());
}

void SearchLoop::Search() {
  while (AskAhead()) {
    TakeNext();
    CheckEnd();
  }
  if (ending_ == Ending::kBudget && told_.steps > 0 && failures_.failures() == told_.steps) {
    End(Ending::kFailed, "every trial failed, the last one: " + failures_.last());
  }
  search_evaluations_ = parts_.evaluator.evaluations();
}

// Asks until the allowed number of steps is in progress. Returns whether there is any.
bool SearchLoop::AskAhead() {
  while (steps_.size() < ahead_ && !IsSpent()) {
    ThrowIfCancelled();
    Begin();
  }
  return !steps_.empty();
}

void SearchLoop::Begin() {
  Step step{.number = asked_};
  parts_.records.clear();
  step.random = proposer_.Explores(step.number);
  step.recorded_by_exploration = parts_.records.size();
  if (Propose(step)) {
    ++asked_;
    steps_.push_back(std::move(step));
  }
}

// Proposes until a proposal breaks no limit that is known without measuring. Returns whether one
// was found.
bool SearchLoop::Propose(Step& step) {
  for (;;) {
    ProposeOnce(step);
    if (!step.ticket.is_rejected()) { return true; }
    if (!Reject(step)) { return false; }
  }
}

void SearchLoop::ProposeOnce(Step& step) {
  Proposal proposal = proposer_.Propose(step.number, step.attempt, step.random);
  step.action = std::move(proposal.action);
  step.ticket = parts_.evaluator.Begin({.step = step.number,
                                        .attempt = step.attempt,
                                        .architecture = std::move(proposal.architecture),
                                        .text = std::move(proposal.text),
                                        .fidelity = proposal.fidelity});
  step.records = std::move(parts_.records);
}

// Tells the optimizer that the step's proposal broke a limit. Returns whether to propose again.
bool SearchLoop::Reject(Step& step) {
  ++rejections_;
  ++step.attempt;
  parts_.records = std::move(step.records);
  if (!step.random) { teller_.TellRejected(step); }
  // Records of rejected proposals belong to no trial.
  parts_.records.resize(step.recorded_by_exploration);
  ThrowIfCancelled();
  if (budget_.AreQueriesSpent(Asked()) || parts_.components.optimizer().IsExhausted()) {
    return false;
  }
  if (step.attempt >= pipeline_.reward.max_rejections) {
    // A search that has found everything ends successfully.
    End(step.number > 0 ? Ending::kStalled : Ending::kFailed,
        "none of the last " + std::to_string(pipeline_.reward.max_rejections) +
            " proposals keeps the limits");
  }
  return ending_ == Ending::kBudget;
}

// After a rejection, a step is proposed again. In the order of asking, it is still the next one.
void SearchLoop::TakeNext() {
  const auto step = order_.Next(steps_);
  do {
    PassTaken(*step);
    const Evaluator::Result result = parts_.evaluator.Finish(step->ticket);
    CountQuery(*step, result);
    if (!result.rejected) {
      Tell(*step, Rewarded(*step, result));
      steps_.erase(step);
      return;
    }
    if (!Reject(*step) || !Propose(*step)) {
      Drop(step);
      return;
    }
  } while (!order_.depends_on_time());
}

void SearchLoop::PassTaken(const Step& step) const {
  for (TrialObserver* observer : observers_) {
    if (order_.depends_on_time()) { observer->OnTaken(step.number); }
  }
}

// Ends a step without a trial. In the order of asking, the later steps cannot be told then; they
// are dropped, too.
void SearchLoop::Drop(Steps::iterator step) {
  if (order_.depends_on_time()) {
    steps_.erase(step);
    return;
  }
  steps_.clear();
  // The dropped steps asked, too.
  told_.unique_queries = parts_.evaluator.unique_queries();
  told_.full_evaluations = parts_.evaluator.full_evaluations();
}

void SearchLoop::CountQuery(const Step& step, const Evaluator::Result& result) {
  if (!result.reused && !result.rejected && result.failure.empty()) {
    budget_.RequireCost(result.cost_seconds);
  }
  told_.unique_queries += result.is_new_query ? 1 : 0;
  told_.full_evaluations += result.is_new_query ? step.ticket.proposed.fidelity : 0;
  told_.cost_seconds += result.cost_seconds;
}

// A reward that is not finite fails the trial: no optimizer and no comparison can use it.
TrialRecord SearchLoop::Rewarded(const Step& step, const Evaluator::Result& result) const {
  TrialRecord trial{.step = step.number,
                    .evaluation = result.id,
                    .random = step.random,
                    .reused = result.reused,
                    .action = step.action,
                    .architecture = step.ticket.proposed.text,
                    .metrics = result.metrics,
                    .reward = kNaN,
                    .violation = kNaN,
                    .failure = result.failure,
                    .took = Clock::now() - step.begun,
                    .fidelity = step.ticket.proposed.fidelity};
  if (!trial.failure.empty()) { return trial; }
  trial.reward = parts_.reward(result.metrics);
  trial.violation = parts_.reward.limits().Violation(result.metrics);
  if (!std::isfinite(trial.reward)) {
    trial.failure =
        std::isnan(trial.reward) ? "the reward is not a number" : "the reward is infinite";
    trial.metrics = {};
    trial.reward = trial.violation = kNaN;
  }
  return trial;
}

void SearchLoop::Tell(Step& step, const TrialRecord& trial) {
  for (TrialObserver* observer : observers_) { observer->OnTrial(trial); }
  const bool is_best = best_.Add(trial);
  const bool is_on_front = front_.Add(trial);
  parts_.records = std::move(step.records);
  teller_.Tell(trial, step.ticket.proposed.architecture);
  for (TrialObserver* observer : observers_) { observer->OnRecords(step.number, parts_.records); }
  Count(trial, parts_.goals.stated() ? is_on_front : is_best);
}

void SearchLoop::Count(const TrialRecord& trial, bool is_better) {
  ++told_.steps;
  patience_.Count(told_.unique_queries > queries_at_last_trial_, is_better);
  queries_at_last_trial_ = told_.unique_queries;
  failures_.Count(trial);
  best_.PassMarks(budget_.InUnitOfMarks(told_));
}

void SearchLoop::Pass(const EvaluationRecord& evaluation) const {
  for (TrialObserver* observer : observers_) { observer->OnEvaluation(evaluation); }
}

// Measures the leading candidates of a search with noisy metrics again, if that is configured.
void SearchLoop::Confirm() {
  if (pipeline_.confirm.repeats == 0 ||
      (ending_ != Ending::kBudget && ending_ != Ending::kStalled)) {
    return;
  }
  const NoisyBest* searched = best_.Compared();
  if (searched == nullptr) { return; }
  Confirmation confirmation(pipeline_.confirm, parts_.executor.capacity(),
                            parts_.components.space(), parts_.evaluator, parts_.reward,
                            *parts_.context.cancelled);
  confirmed_ = confirmation.Run(*searched, best_.best()->fidelity);
  told_.cost_seconds += confirmation.cost_seconds();
}

RunResult SearchLoop::Result(double seconds) const {
  RunResult result;
  result.seed = parts_.context.seed;
  result.steps = told_.steps;
  result.unique_queries = told_.unique_queries;
  result.computed = parts_.computed;
  if (parts_.components.chooses_fidelities()) { result.full_evaluations = told_.full_evaluations; }
  if (best_.is_noisy()) {
    result.evaluations = search_evaluations_;
    result.confirmations = parts_.evaluator.evaluations() - search_evaluations_;
  }
  result.failures = failures_.failures();
  result.failure_kinds = failures_.Kinds();
  result.rejections = rejections_;
  result.cost_seconds = told_.cost_seconds;
  result.seconds = seconds;
  result.ending = ending_;
  result.reason = reason_;
  result.broken = broken_;
  result.best = confirmed_ ? confirmed_ : best_.best();
  result.marks = best_.marks();
  result.front = front_.Trials();
  std::vector<std::vector<double>> metrics;
  std::ranges::transform(result.front, std::back_inserter(metrics), &FrontTrial::metrics);
  result.hypervolume = parts_.goals.size() > 1 ? parts_.goals.HypervolumeOf(metrics) : std::nullopt;
  return result;
}

// Returns whether there is nothing more to ask.
bool SearchLoop::IsSpent() const {
  return ending_ != Ending::kBudget || budget_.AreStepsSpent(asked_) ||
         budget_.AreQueriesSpent(Asked()) || parts_.components.optimizer().IsExhausted();
}

// Returns what was asked so far. Only what was told has a cost.
Spending SearchLoop::Asked() const {
  return {.steps = asked_,
          .unique_queries = parts_.evaluator.unique_queries(),
          .full_evaluations = parts_.evaluator.full_evaluations(),
          .evaluations = parts_.evaluator.evaluations(),
          .cost_seconds = told_.cost_seconds};
}

// Failures among the stored trials did not end the run when they were new, except perhaps the last.
void SearchLoop::CheckEnd() {
  if (const std::string reason = patience_.ReasonToEnd(); !reason.empty()) {
    End(Ending::kStalled, reason);
  }
  if (told_.steps < stored_) { return; }
  if (const std::string reason = failures_.ReasonToEnd(); !reason.empty()) {
    End(Ending::kFailed, reason);
    steps_.clear();
  }
}

void SearchLoop::End(Ending ending, std::string reason) {
  ending_ = ending;
  reason_ = std::move(reason);
}

void SearchLoop::ThrowIfCancelled() const {
  if (parts_.context.cancelled->load(std::memory_order_relaxed)) { throw CancelledError(); }
}

}  // namespace lode::core
