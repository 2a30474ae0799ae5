#include "core/search/run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/plugin/error.h"
#include "core/search/components.h"
#include "core/search/evaluator.h"
#include "core/search/failures.h"
#include "core/search/noisy_best.h"
#include "core/search/oracles.h"
#include "core/search/pareto.h"
#include "core/search/reward.h"

namespace lode::core {
namespace {

BestTrial Copy(const TrialRecord& trial) {
  return {std::string(trial.architecture),
          trial.step,
          trial.reward,
          {trial.metrics.begin(), trial.metrics.end()}};
}

// The part of the budget that the trials so far have used.
struct Spending {
  std::uint64_t steps;
  std::uint64_t unique_queries;
  double cost_seconds;
};

// Keeps the best of deterministic trials.
class ExactBest {
 public:
  // Returns whether the trial is better than all before it.
  bool Add(const TrialRecord& trial) {
    if (!trial.feasible()) {
      return false;
    }
    if (!best_ || trial.reward > best_->reward) {
      best_ = Copy(trial);
      tied_.clear();
      return true;
    }
    if (trial.reward == best_->reward && trial.architecture != best_->architecture &&
        tied_.size() < kMaxTies) {
      tied_.emplace(trial.architecture);
      best_->ties = tied_.size();
    }
    return false;
  }

  const std::optional<BestTrial>& best() const { return best_; }

 private:
  std::optional<BestTrial> best_;
  std::unordered_set<std::string> tied_;  // architectures
};

// Keeps the best trial, and the one that was best when the budget passed each mark.
class BestTracker {
 public:
  BestTracker(const BudgetConfig& budget, const Reward& reward,
              const std::vector<MetricDeclaration>& metrics)
      : budget_(budget) {
    if (AreNoisy(metrics)) {
      noisy_.emplace(reward.limits(), reward.metric());
    }
  }

  // Returns whether the best has improved. With noisy metrics, checks that only if it can end the
  // search.
  bool Add(const TrialRecord& trial) {
    if (!noisy_) {
      return exact_.Add(trial);
    }
    if (!trial.failure.empty()) {
      return false;
    }
    noisy_->Add(trial.architecture, trial.step, trial.reward, trial.metrics);
    return budget_.stop_after_no_improvement && HasNewLeader();
  }

  void PassMarks(const Spending& spending) {
    const double spent = budget_.steps            ? static_cast<double>(spending.steps)
                         : budget_.unique_queries ? static_cast<double>(spending.unique_queries)
                                                  : spending.cost_seconds;
    while (marks_.size() < budget_.marks.size() &&
           spent >= static_cast<double>(budget_.marks[marks_.size()])) {
      marks_.push_back({budget_.marks[marks_.size()], best()});
    }
  }

  std::optional<BestTrial> best() const { return noisy_ ? noisy_->Best() : exact_.best(); }
  const std::vector<MarkResult>& marks() const { return marks_; }
  const std::optional<NoisyBest>& noisy() const { return noisy_; }

 private:
  // Returns whether the best has not been the best before: two that alternate are not progress.
  bool HasNewLeader() {
    const std::optional<BestTrial> best = noisy_->Best();
    return best && leaders_.insert(best->architecture).second;
  }

  const BudgetConfig& budget_;
  ExactBest exact_;
  std::optional<NoisyBest> noisy_;  // with noisy metrics
  std::unordered_set<std::string> leaders_;
  std::vector<MarkResult> marks_;
};

// Keeps the trials that no other dominates.
class FrontTracker {
 public:
  explicit FrontTracker(const Goals& goals) : goals_(goals) {}

  // Returns whether the trial is on the front now.
  bool Add(const TrialRecord& trial) {
    return goals_.size() > 1 && trial.feasible() &&
           front_.Add(goals_.ObjectivesOf(trial.metrics), [&] { return Copy(trial); });
  }

  std::vector<FrontTrial> Trials() const { return front_.Sorted(); }

 private:
  const Goals& goals_;
  ParetoFront<FrontTrial> front_;
};

}  // namespace

// The search loop of one run.
//
// Asks for up to `ahead_` proposals before it tells the results of earlier ones, and tells results
// in the order of asking. What is asked and told therefore depends on how far it asks ahead, not on
// when results arrive.
class Run::Loop {
 public:
  Loop(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
       const std::atomic<bool>& cancelled, std::function<void(double, std::string_view)> progress,
       std::unique_ptr<Executor> executor, std::filesystem::path prepared)
      : pipeline_(pipeline),
        context_{seed, &cancelled, std::move(progress),
                 [this](std::string_view name, double value) { noted_.emplace_back(name, value); },
                 std::move(prepared)},
        executor_(std::move(executor)),
        components_(pipeline_, catalog, context_),
        evaluator_(pipeline_, catalog, context_, components_.space(), *executor_,
                   [this](const EvaluationRecord& e) { PassEvaluation(e); }),
        reward_(pipeline_.reward, evaluator_.metrics()),
        goals_(pipeline_.reward, evaluator_.metrics()),
        ahead_(AsksAhead()),
        computed_(AreAllFree(pipeline_, catalog)),
        random_(seed, "random_action"),
        action_(components_.space().cells()),
        architecture_(components_.space().cells()),
        nan_metrics_(evaluator_.metrics().size(), kNaN),
        tracker_(pipeline_.budget, reward_, evaluator_.metrics()),
        front_(goals_) {}

  Components& components() { return components_; }
  const std::vector<MetricDeclaration>& metrics() const { return evaluator_.metrics(); }
  const Reward& reward() const { return reward_; }
  const Evaluator& evaluator() const { return evaluator_; }

  RunResult Execute(const std::vector<TrialObserver*>& observers, std::uint64_t stored) {
    const auto start = std::chrono::steady_clock::now();
    observers_ = observers;
    stored_ = stored;
    try {
      while (AskAhead()) {
        FinishOldest();
        CheckPatience();
        CheckFailures();
      }
      if (ending_ == Ending::kBudget && told_ > 0 && failures_ == told_) {
        End(Ending::kFailed, "every trial failed, the last one: " + last_failure_);
      }
      search_evaluations_ = evaluator_.evaluations();
      if (ending_ == Ending::kBudget || ending_ == Ending::kStalled) {
        Confirm();
      }
    } catch (const CancelledError&) {
      ending_ = Ending::kInterrupted;
    } catch (const HostError& e) {
      End(Ending::kFailed, e.what());
      broken_ = true;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return Result(seconds.count());
  }

 private:
  using Clock = std::chrono::steady_clock;

  // A step whose result has not been told yet.
  struct Step {
    std::uint64_t number = 0;
    bool random = false;
    std::uint64_t attempt = 0;  // number of rejected proposals
    Action action{};            // empty if the optimizer proposed an architecture
    Evaluator::Ticket ticket{};
    Records noted{};  // by exploration and optimizer
    std::size_t noted_by_exploration = 0;
    Clock::time_point begun = Clock::now();
  };

  std::size_t AsksAhead() {
    const std::uint32_t capabilities = components_.optimizer().component().capabilities;
    return (capabilities & LODE_CAP_SEVERAL_ASKS) != 0 ? executor_->capacity() : 1;
  }

  bool AreQueriesSpent() const {
    const BudgetConfig& budget = pipeline_.budget;
    const auto evaluations = pipeline_.search_evaluations();
    return (budget.unique_queries && evaluator_.unique_queries() >= *budget.unique_queries) ||
           (tracker_.noisy() && evaluations && evaluator_.evaluations() >= *evaluations) ||
           (budget.simulated_seconds &&
            cost_seconds_ >= static_cast<double>(*budget.simulated_seconds));
  }

  // Returns whether there is nothing more to ask.
  bool Spent() {
    const auto& steps = pipeline_.budget.steps;
    return ending_ != Ending::kBudget || (steps && asked_ >= *steps) || AreQueriesSpent() ||
           components_.optimizer().IsExhausted();
  }

  void ThrowIfCancelled() const {
    if (context_.cancelled->load(std::memory_order_relaxed)) {
      throw CancelledError();
    }
  }

  // Asks until the allowed number of steps is in progress. Returns whether there is any.
  bool AskAhead() {
    while (steps_.size() < ahead_ && !Spent()) {
      ThrowIfCancelled();
      Begin();
    }
    return !steps_.empty();
  }

  void Begin() {
    Step step;
    step.number = asked_;
    noted_.clear();
    step.random = Explore(step.number);
    step.noted_by_exploration = noted_.size();
    if (Propose(step)) {
      ++asked_;
      steps_.push_back(std::move(step));
    }
  }

  // Proposes until a proposal breaks no limit that is known without measuring. Returns whether one
  // was found.
  bool Propose(Step& step) {
    for (;;) {
      ProposeOnce(step);
      if (step.ticket.state != Evaluator::Ticket::State::kRejected) {
        return true;
      }
      if (!Reject(step)) {
        return false;
      }
    }
  }

  // Tells the optimizer that the step's proposal broke a limit. Returns whether to propose again.
  bool Reject(Step& step) {
    ++rejections_;
    ++step.attempt;
    noted_ = std::move(step.noted);
    if (!step.random) {
      components_.optimizer().Enter(step.number, Phase::kTell, step.attempt);
      TellOptimizer(LODE_TRIAL_FAILED | LODE_TRIAL_REJECTED, step.number, step.action,
                    step.ticket.architecture, {}, kNaN, kNaN);
    }
    noted_.resize(step.noted_by_exploration);  // records of rejected proposals belong to no trial
    ThrowIfCancelled();
    if (AreQueriesSpent() || components_.optimizer().IsExhausted()) {
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

  // If the oldest step ends without a trial, the later steps cannot be told; they are dropped.
  void FinishOldest() {
    Step& step = steps_.front();
    Evaluation evaluation = evaluator_.Finish(step.ticket);
    while (evaluation.rejected) {
      CountQuery(evaluation);
      if (!Reject(step) || !Propose(step)) {
        steps_.clear();
        unique_queries_ = evaluator_.unique_queries();  // the dropped steps were asked, too
        return;
      }
      evaluation = evaluator_.Finish(step.ticket);
    }
    CountQuery(evaluation);
    Tell(step, Rewarded(step, evaluation));
    steps_.pop_front();
  }

  void Tell(Step& step, const TrialRecord& trial) {
    for (TrialObserver* observer : observers_) {
      observer->OnTrial(trial);
    }
    const bool has_better_best = tracker_.Add(trial);
    const bool is_on_front = front_.Add(trial);
    const bool improved = goals_.stated() ? is_on_front : has_better_best;
    steps_without_better_ = improved ? 0 : steps_without_better_ + 1;
    noted_ = std::move(step.noted);
    TellOptimizer(trial, step.ticket.architecture);
    for (TrialObserver* observer : observers_) {
      observer->OnRecords(step.number, noted_);
    }
    Count(trial);
  }

  void PassEvaluation(const EvaluationRecord& evaluation) {
    for (TrialObserver* observer : observers_) {
      observer->OnEvaluation(evaluation);
    }
  }

  RunResult Result(double seconds) const {
    std::vector<FrontTrial> front = front_.Trials();
    std::vector<std::vector<double>> metrics;
    std::ranges::transform(front, std::back_inserter(metrics), &FrontTrial::metrics);
    const auto hypervolume = goals_.size() > 1 ? goals_.HypervolumeOf(metrics) : std::nullopt;
    RunResult result;
    result.seed = context_.seed;
    result.steps = told_;
    result.unique_queries = unique_queries_;
    result.computed = computed_;
    if (tracker_.noisy()) {
      result.evaluations = search_evaluations_;
      result.confirmations = evaluator_.evaluations() - search_evaluations_;
    }
    result.failures = failures_;
    result.failure_kinds = tally_.Kinds();
    result.rejections = rejections_;
    result.cost_seconds = cost_seconds_;
    result.seconds = seconds;
    result.ending = ending_;
    result.reason = reason_;
    result.broken = broken_;
    result.best = confirmed_ ? confirmed_ : tracker_.best();
    result.marks = tracker_.marks();
    result.front = std::move(front);
    result.hypervolume = hypervolume;
    return result;
  }

  // Measures the leading candidates again, in the order of their first trials. The best is the best
  // by these measurements alone, because they did not decide which candidates are measured.
  void Confirm() {
    const ConfirmConfig& confirm = pipeline_.confirm;
    if (!tracker_.noisy() || confirm.repeats == 0) {
      return;
    }
    std::vector<BestTrial> candidates = tracker_.noisy()->Leading(confirm.candidates);
    std::ranges::sort(candidates, {}, &BestTrial::step);
    NoisyBest confirmed(reward_.limits(), reward_.metric());
    confirmed.AssumeScatter(*tracker_.noisy());
    std::deque<Evaluator::Ticket> under_way;
    for (const BestTrial& candidate : candidates) {
      for (std::uint64_t repeat = 1; repeat <= confirm.repeats; ++repeat) {
        ThrowIfCancelled();
        if (under_way.size() == executor_->capacity()) {
          FinishRepeat(under_way, confirmed);
        }
        under_way.push_back(evaluator_.BeginRepeat(
            candidate.step, repeat, components_.space().Parse(candidate.architecture),
            candidate.architecture));
      }
    }
    while (!under_way.empty()) {
      FinishRepeat(under_way, confirmed);
    }
    confirmed_ = confirmed.Best();
  }

  // Ignores a repeat that fails or breaks a limit.
  void FinishRepeat(std::deque<Evaluator::Ticket>& under_way, NoisyBest& confirmed) {
    Evaluator::Ticket& ticket = under_way.front();
    const Evaluation evaluation = evaluator_.Finish(ticket);
    cost_seconds_ += evaluation.cost_seconds;
    if (!evaluation.rejected && evaluation.failure.empty()) {
      confirmed.Add(ticket.text, ticket.step, reward_(evaluation.metrics), evaluation.metrics);
    }
    under_way.pop_front();
  }

  // A reward that is not finite fails the trial: no optimizer and no comparison can use it.
  TrialRecord Rewarded(const Step& step, const Evaluation& evaluation) const {
    TrialRecord trial{step.number,
                      evaluation.id,
                      step.random,
                      evaluation.reused,
                      step.action,
                      step.ticket.text,
                      evaluation.metrics,
                      kNaN,
                      kNaN,
                      evaluation.failure,
                      Clock::now() - step.begun};
    if (!trial.failure.empty()) {
      return trial;
    }
    trial.reward = reward_(evaluation.metrics);
    trial.violation = reward_.limits().Violation(evaluation.metrics);
    if (!std::isfinite(trial.reward)) {
      trial.failure =
          std::isnan(trial.reward) ? "the reward is not a number" : "the reward is infinite";
      trial.metrics = {};
      trial.reward = trial.violation = kNaN;
    }
    return trial;
  }

  bool Explore(std::uint64_t step) {
    bool random = false;
    for (const auto& exploration : components_.explorations()) {
      random = exploration->Explore(step) || random;
    }
    return random;
  }

  // Takes a random action, or the optimizer's proposal, perturbed.
  void ProposeOnce(Step& step) {
    bool is_action = true;
    if (step.random) {
      DrawAction(step);
    } else {
      is_action = Ask(step);
    }
    std::string text = components_.UseSpace([&] { return Discretized(is_action); });
    step.action = is_action ? action_ : Action();
    step.ticket = evaluator_.Begin(step.number, step.attempt, architecture_, std::move(text));
    step.noted = std::move(noted_);
  }

  // Stores the proposal's architecture in architecture_ and returns its text.
  std::string Discretized(bool is_action) {
    try {
      if (is_action) {
        architecture_ = components_.space().Discretize(action_);
      }
      return FormatArchitecture(components_.space(), architecture_);
    } catch (const lode::Error& e) {
      if (e.code() != LODE_E_INVALID) {
        throw;
      }
      throw HostError(components_.optimizer().title() + ": its proposal is refused by space '" +
                      pipeline_.space.id + "': " + e.what());
    }
  }

  // Stores the optimizer's proposal in action_ (and returns true) or architecture_ (false).
  bool Ask(const Step& step) {
    OptimizerInstance& optimizer = components_.optimizer();
    optimizer.Enter(step.number, Phase::kAsk, step.attempt);
    if (optimizer.Ask(action_, architecture_) == LODE_PROPOSES_ARCHITECTURE) {
      return false;
    }
    for (const auto& exploration : components_.explorations()) {
      exploration->Perturb(step.number, action_, step.attempt);
    }
    if (step.attempt > 0) {
      Scatter(step);
    }
    return true;
  }

  // An optimizer of actions that learns nothing from a rejection would propose nearly the same
  // again. Its proposal therefore gets uniform noise whose half-width doubles with every attempt,
  // up to 1, and is clamped to [0, 1].
  void Scatter(const Step& step) {
    constexpr double kFirst = 0x1p-10;
    const std::uint64_t attempt = step.attempt;
    const double width = attempt > 10 ? 1 : std::ldexp(kFirst, static_cast<int>(attempt) - 1);
    random_.Restart(step.number, Phase::kPerturb, attempt);
    const lode::Random random(random_.handle());
    for (float& cell : action_) {
      cell = std::clamp(cell + static_cast<float>(random.Uniform(-width, width)), 0.0f, 1.0f);
    }
  }

  // Draws every cell from Uniform(0, 1).
  void DrawAction(const Step& step) {
    random_.Restart(step.number, Phase::kExplore, step.attempt);
    words_.resize(action_.size());
    random_.Fill(words_.data(), words_.size());
    for (std::size_t i = 0; i < action_.size(); ++i) {
      action_[i] = static_cast<float>(words_[i] >> 40) * 0x1p-24f;
    }
  }

  void TellOptimizer(const TrialRecord& trial, ArchitectureView architecture) {
    const bool failed = !trial.failure.empty();
    const auto flag = [](bool set, lode_trial_flag bit) {
      return set * static_cast<std::uint32_t>(bit);
    };
    const std::uint32_t flags = flag(trial.random, LODE_TRIAL_RANDOM) |
                                flag(failed, LODE_TRIAL_FAILED) |
                                flag(trial.reused, LODE_TRIAL_REUSED);
    components_.optimizer().Enter(trial.step, Phase::kTell);
    TellOptimizer(flags, trial.step, trial.action, architecture,
                  failed ? std::span<const double>() : trial.metrics, trial.reward,
                  trial.violation);
  }

  // `metrics` are empty if the trial failed.
  void TellOptimizer(std::uint32_t flags, std::uint64_t step, ActionView action,
                     ArchitectureView architecture, std::span<const double> metrics, double reward,
                     double violation) {
    if (metrics.empty()) {
      metrics = nan_metrics_;
    }
    objectives_ = goals_.stated() ? goals_.ObjectivesOf(metrics) : Objectives{reward};
    components_.optimizer().Tell(
        {sizeof(lode_trial), flags, step, action.empty() ? nullptr : action.data(),
         architecture.data(), metrics.data(), static_cast<std::uint32_t>(metrics.size()), 0, reward,
         objectives_.data(), static_cast<std::uint32_t>(objectives_.size()), 0, violation, 1.0});
  }

  void CountQuery(const Evaluation& evaluation) {
    const bool was_free =
        evaluation.cost_seconds <= 0 && !evaluation.reused && !evaluation.rejected;
    if (pipeline_.budget.simulated_seconds && was_free && evaluation.failure.empty()) {
      throw HostError(
          "[budget] simulated_seconds: no oracle reports the cost of an evaluation, so the budget "
          "would never be spent; nb201.table reports it");
    }
    unique_queries_ += evaluation.is_new_query ? 1 : 0;
    cost_seconds_ += evaluation.cost_seconds;
  }

  void Count(const TrialRecord& trial) {
    ++told_;
    const bool news = unique_queries_ > queries_at_last_step_;
    queries_at_last_step_ = unique_queries_;
    steps_without_news_ = news ? 0 : steps_without_news_ + 1;
    const bool failed = !trial.failure.empty();
    failures_ += failed ? 1 : 0;
    failures_in_a_row_ = failed ? failures_in_a_row_ + 1 : 0;
    if (failed) {
      last_failure_ = trial.failure;
      tally_.Add(trial.failure);
    }
    tracker_.PassMarks({told_, unique_queries_, cost_seconds_});
  }

  // Ends a search that only repeats itself, which would never end without a limit on steps, and one
  // that finds nothing better, if that is configured.
  void CheckPatience() {
    const BudgetConfig& budget = pipeline_.budget;
    if (!budget.steps && steps_without_news_ >= budget.patience) {
      End(Ending::kStalled,
          "no new architecture in the last " + std::to_string(budget.patience) + " steps");
    }
    const auto& enough = budget.stop_after_no_improvement;
    if (enough && steps_without_better_ >= *enough) {
      End(Ending::kStalled,
          "no better architecture in the last " + std::to_string(*enough) + " steps");
    }
  }

  void CheckFailures() {
    const ExecutionConfig& execution = pipeline_.execution;
    if (told_ < stored_) {
      return;
    }
    if (failures_in_a_row_ > 0 && execution.on_error == OnError::kStop) {
      End(Ending::kFailed, "step " + std::to_string(told_ - 1) + " failed: " + last_failure_);
    } else if (failures_in_a_row_ >= execution.max_failures) {
      End(Ending::kFailed, std::to_string(failures_in_a_row_) +
                               " trials in a row failed, the last one: " + last_failure_);
    }
    if (ending_ == Ending::kFailed) {
      steps_.clear();
    }
  }

  void End(Ending ending, std::string reason) {
    ending_ = ending;
    reason_ = std::move(reason);
  }

  const Pipeline pipeline_;
  Records noted_;  // by exploration and optimizer, for the current step
  const RunContext context_;
  const std::unique_ptr<Executor> executor_;
  Components components_;
  Evaluator evaluator_;
  const Reward reward_;
  const Goals goals_;
  const std::size_t ahead_;
  const bool computed_;
  std::deque<Step> steps_;  // in progress, the oldest first
  std::vector<TrialObserver*> observers_;
  RandomStream random_;
  std::vector<std::uint64_t> words_;
  Action action_;
  Architecture architecture_;
  const std::vector<double> nan_metrics_;  // the metrics of a failed trial
  Objectives objectives_;
  BestTracker tracker_;
  std::optional<BestTrial> confirmed_;
  FrontTracker front_;

  std::uint64_t stored_ = 0;  // number of replayed trials
  std::uint64_t asked_ = 0;   // steps
  std::uint64_t told_ = 0;
  std::uint64_t unique_queries_ = 0;  // of the trials that were told
  std::uint64_t search_evaluations_ = 0;
  double cost_seconds_ = 0;
  std::uint64_t queries_at_last_step_ = 0;
  std::uint64_t steps_without_news_ = 0;
  std::uint64_t steps_without_better_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t rejections_ = 0;
  std::uint64_t failures_in_a_row_ = 0;
  std::string last_failure_;
  FailureTally tally_;
  Ending ending_ = Ending::kBudget;
  std::string reason_;
  bool broken_ = false;
};

Run::Run(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
         const std::atomic<bool>& cancelled, std::unique_ptr<Executor> executor,
         std::function<void(double, std::string_view)> progress, std::filesystem::path prepared)
    : loop_(std::make_unique<Loop>(pipeline, seed, catalog, cancelled, std::move(progress),
                                   std::move(executor), std::move(prepared))) {}

Run::~Run() = default;

const std::vector<MetricDeclaration>& Run::metrics() const { return loop_->metrics(); }

const Reward& Run::reward() const { return loop_->reward(); }
const std::vector<std::size_t>& Run::free_metrics() const {
  return loop_->evaluator().free_metrics();
}

std::vector<std::string> Run::ComputableMetrics() const {
  std::vector<std::string> names;
  for (const lode::Metric& metric : loop_->components().space().metrics()) {
    names.push_back(metric.name);
  }
  return names;
}

const OptimizerInstance& Run::optimizer() const { return loop_->components().optimizer(); }

bool Run::SavePolicy(const std::filesystem::path& file) {
  if (!optimizer().CanSave()) {
    return false;
  }
  optimizer().Save(file);
  return true;
}

RunResult Run::Execute(const std::vector<TrialObserver*>& observers, std::uint64_t stored) {
  return loop_->Execute(observers, stored);
}

}  // namespace lode::core
