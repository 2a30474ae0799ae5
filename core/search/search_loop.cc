#include "core/search/search_loop.h"

#include <chrono>
#include <cmath>
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
      proposer_(parts.components, parts.context.seed, parts.pipeline.start.architectures),
      teller_(parts.components.optimizer(), parts.goals, parts.evaluator.metrics().size()),
      tally_(pipeline_, parts.reward, parts.goals, parts.evaluator.metrics()),
      order_(pipeline_.execution.order, parts.evaluator, parts.executor),
      checkpoints_(parts.components.optimizer(), parts.executor.network()) {}

RunResult SearchLoop::Execute(const std::vector<TrialObserver*>& observers,
                              const Beginning& beginning) {
  const auto start = Clock::now();
  observers_ = observers;
  tally_.ExpectReplayed(beginning.trials);
  order_.Replay(beginning.taken);
  checkpoints_.KeepIn(beginning.checkpoints);
  try {
    proposer_.Restore(beginning.proposals);
    TellKnown(beginning.known);
    Search();
    Confirm();
  } catch (const CancelledError&) {  // requested, not an error
    end_.ending = Ending::kInterrupted;
  } catch (const HostError& e) {
    end_ = {Ending::kFailed, e.what()};
    broken_ = true;
  }
  return Result(std::chrono::duration<double>(Clock::now() - start).count());
}

void SearchLoop::TellKnown(const std::vector<KnownTrial>& known) {
  if (known.empty()) { return; }
  warm_start_ = KnownTeller(pipeline_, parts_.components, parts_.evaluator, parts_.reward, teller_)
                    .Tell(known);
  parts_.records.clear();  // they belong to no step
}

void SearchLoop::Search() {
  while (AskAhead()) {
    TakeNext();
    CheckEnd();
  }
  if (const auto end = tally_.Late(); end && end_.ending == Ending::kBudget) { end_ = *end; }
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
  step.explores = proposer_.Explores(step.number);
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
  step.asked = !step.explores && !proposer_.IsGiven(step.number, step.attempt);
  Proposal proposal = proposer_.Propose(step.number, step.attempt, step.explores);
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
  tally_.CountRejection();
  ++step.attempt;
  parts_.records = std::move(step.records);
  if (step.asked) { teller_.TellRejected(step); }
  // Records of rejected proposals belong to no trial.
  parts_.records.resize(step.recorded_by_exploration);
  ThrowIfCancelled();
  if (tally_.budget().AreQueriesSpent(Asked()) || parts_.components.optimizer().IsExhausted()) {
    return false;
  }
  if (step.attempt >= pipeline_.reward.max_rejections) {
    // A search that has found everything ends successfully.
    end_ = {step.number > 0 ? Ending::kStalled : Ending::kFailed,
            "none of the last " + std::to_string(pipeline_.reward.max_rejections) +
                " proposals keeps the limits"};
  }
  return end_.ending == Ending::kBudget;
}

// After a rejection, a step is proposed again. In the order of asking, it is still the next one.
void SearchLoop::TakeNext() {
  const auto step = order_.Next(steps_);
  do {
    PassTaken(*step);
    const Evaluator::Result result = parts_.evaluator.Finish(step->ticket);
    tally_.CountQuery(step->ticket.proposed.fidelity, result);
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
  tally_.CountDropped(parts_.evaluator.unique_queries(), parts_.evaluator.full_evaluations());
}

// A reward that is not finite fails the trial: no optimizer and no comparison can use it.
TrialRecord SearchLoop::Rewarded(const Step& step, const Evaluator::Result& result) const {
  TrialRecord trial{.step = step.number,
                    .evaluation = result.id,
                    .random = !step.asked,
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
  if (parts_.executor.network() != nullptr) {
    TellTrained(step, trial);
    return;
  }
  PassTrial(trial);
  parts_.records = std::move(step.records);
  teller_.Tell(trial, step.ticket.proposed.architecture);
  PassRecords(step.number, parts_.records);
}

// Checkpoint and records exist before the trial is stored, so that they are there for the last
// stored trial whenever the search is killed. The optimizer is told only the last of the restored
// trials: its state was saved before that.
void SearchLoop::TellTrained(const Step& step, const TrialRecord& trial) {
  const bool is_restored = proposer_.IsRestored(step.number);
  if (!is_restored) {
    checkpoints_.Write(step.number);
    PassRecords(step.number, step.records);
  }
  PassTrial(trial);
  if (!is_restored) {
    checkpoints_.RemoveAllBut(step.number);
  } else if (proposer_.IsRestored(step.number + 1)) {
    return;
  } else {
    checkpoints_.Load(step.number);
  }
  teller_.Tell(trial, step.ticket.proposed.architecture);
}

void SearchLoop::PassTrial(const TrialRecord& trial) {
  for (TrialObserver* observer : observers_) { observer->OnTrial(trial); }
  tally_.Add(trial);
}

void SearchLoop::PassRecords(std::uint64_t step, const Records& records) const {
  for (TrialObserver* observer : observers_) { observer->OnRecords(step, records); }
}

void SearchLoop::Pass(const EvaluationRecord& evaluation) const {
  for (TrialObserver* observer : observers_) { observer->OnEvaluation(evaluation); }
}

// Measures the leading candidates of a search with noisy metrics again, if that is configured.
void SearchLoop::Confirm() {
  if (pipeline_.confirm.repeats == 0 ||
      (end_.ending != Ending::kBudget && end_.ending != Ending::kStalled)) {
    return;
  }
  const NoisyBest* searched = tally_.best().Compared();
  if (searched == nullptr) { return; }
  Confirmation confirmation(pipeline_.confirm, parts_.executor.capacity(),
                            parts_.components.space(), parts_.evaluator, parts_.reward,
                            *parts_.context.cancelled);
  confirmed_ = confirmation.Run(*searched, tally_.best().best()->fidelity);
  tally_.CountCost(confirmation.cost_seconds());
}

RunResult SearchLoop::Result(double seconds) const {
  RunResult result = tally_.Result();
  result.seed = parts_.context.seed;
  result.computed = parts_.computed;
  if (parts_.components.chooses_fidelities()) {
    result.full_evaluations = tally_.spent().full_evaluations;
  }
  if (tally_.best().is_noisy()) {
    const std::uint64_t evaluations = parts_.evaluator.evaluations();
    result.evaluations = search_evaluations_.value_or(evaluations);
    result.confirmations = evaluations - result.evaluations;
  }
  result.seconds = seconds;
  result.ending = end_.ending;
  result.reason = end_.reason;
  result.broken = broken_;
  result.warm_start = warm_start_;
  if (confirmed_) { result.best = confirmed_; }
  return result;
}

// Returns whether there is nothing more to ask.
bool SearchLoop::IsSpent() const {
  return end_.ending != Ending::kBudget || tally_.budget().AreStepsSpent(asked_) ||
         tally_.budget().AreQueriesSpent(Asked()) ||
         (!proposer_.IsGiven(asked_, 0) && !proposer_.IsRestored(asked_) &&
          parts_.components.optimizer().IsExhausted());
}

// Returns what was asked so far. Only what was told has a cost.
Spending SearchLoop::Asked() const {
  return {.steps = asked_,
          .unique_queries = parts_.evaluator.unique_queries(),
          .full_evaluations = parts_.evaluator.full_evaluations(),
          .evaluations = parts_.evaluator.evaluations(),
          .cost_seconds = tally_.spent().cost_seconds};
}

void SearchLoop::CheckEnd() {
  const auto end = tally_.Early();
  if (!end) { return; }
  end_ = *end;
  if (end_.ending == Ending::kFailed) { steps_.clear(); }
}

void SearchLoop::ThrowIfCancelled() const {
  if (parts_.context.cancelled->load(std::memory_order_relaxed)) { throw CancelledError(); }
}

}  // namespace lode::core
