#include "core/search/run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/plugin/error.h"
#include "core/search/components.h"
#include "core/search/evaluator.h"
#include "core/search/pareto.h"
#include "core/search/reward.h"

namespace lode::core {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A proposal in both forms: `action` is empty if the optimizer proposed an architecture.
struct Proposal {
  bool random = false;
  std::span<const float> action;
  ArchitectureView architecture;
  std::string text;  // the architecture in the space's notation
};

BestTrial Copy(const TrialRecord& trial) {
  return {std::string(trial.architecture),
          trial.step,
          trial.reward,
          {trial.metrics.begin(), trial.metrics.end()}};
}

// Keeps the best trial, and what it was when the budget passed each mark.
class BestTracker {
 public:
  explicit BestTracker(const BudgetConfig& budget) : budget_(budget) {}

  void Add(const TrialRecord& trial) {
    if (trial.feasible() && (!best_ || trial.reward > best_->reward)) {
      best_ = Copy(trial);
    }
  }

  void PassMarks(std::uint64_t steps, std::uint64_t unique_queries) {
    const std::uint64_t spent = budget_.steps ? steps : unique_queries;
    while (marks_.size() < budget_.marks.size() && spent >= budget_.marks[marks_.size()]) {
      marks_.push_back({budget_.marks[marks_.size()], best_});
    }
  }

  const std::optional<BestTrial>& best() const { return best_; }
  const std::vector<MarkResult>& marks() const { return marks_; }

 private:
  const BudgetConfig& budget_;
  std::optional<BestTrial> best_;
  std::vector<MarkResult> marks_;
};

// Keeps the trials that no other beats in all goals.
class FrontTracker {
 public:
  explicit FrontTracker(const Goals& goals) : goals_(goals) {}

  void Add(const TrialRecord& trial) {
    if (goals_.size() > 1 && trial.feasible()) {
      front_.Add(goals_.ObjectivesOf(trial.metrics), [&] { return Copy(trial); });
    }
  }

  std::vector<FrontTrial> Trials() const { return front_.Sorted(); }

 private:
  const Goals& goals_;
  ParetoFront<FrontTrial> front_;
};

}  // namespace

// The search loop of one run.
class Run::Loop {
 public:
  Loop(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
       const std::atomic<bool>& cancelled, std::function<void(double, std::string_view)> progress)
      : pipeline_(pipeline),
        context_{
            seed, &cancelled, std::move(progress),
            [this](std::string_view name, double value) { records_.emplace_back(name, value); }},
        components_(pipeline_, catalog, context_),
        reward_(pipeline_.reward, components_.metrics()),
        goals_(pipeline_.reward, components_.metrics()),
        evaluator_(components_, seed, RejectedBy()),
        random_(seed, "random_action"),
        action_(components_.space().cells()),
        architecture_(components_.space().cells()),
        nan_metrics_(components_.metrics().size(), kNaN),
        tracker_(pipeline_.budget),
        front_(goals_) {}

  Components& components() { return components_; }
  const Reward& reward() const { return reward_; }

  RunResult Execute(const std::vector<TrialObserver*>& observers) {
    const auto start = std::chrono::steady_clock::now();
    try {
      while (!Spent()) {
        if (context_.cancelled->load(std::memory_order_relaxed)) {
          throw CancelledError();
        }
        Step(observers);
        CheckPatience();
        CheckFailures();
      }
      if (ending_ == Ending::kBudget && step_ > 0 && failures_ == step_) {
        End(Ending::kFailed, "every trial failed, the last one: " + last_failure_);
      }
    } catch (const CancelledError&) {
      ending_ = Ending::kInterrupted;
    } catch (const HostError& e) {
      End(Ending::kFailed, e.what());
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return Result(seconds.count());
  }

 private:
  bool Spent() const {
    const BudgetConfig& budget = pipeline_.budget;
    return ending_ != Ending::kBudget || (budget.steps && step_ >= *budget.steps) ||
           (budget.unique_queries && unique_queries_ >= *budget.unique_queries);
  }

  // What the evaluator is to turn away before all is measured.
  const Limits* RejectedBy() const {
    const bool rejects = pipeline_.reward.limit_rule == LimitRule::kRejection;
    return rejects && !reward_.limits().empty() ? &reward_.limits() : nullptr;
  }

  RunResult Result(double seconds) const {
    std::vector<FrontTrial> front = front_.Trials();
    std::vector<std::vector<double>> metrics;
    std::ranges::transform(front, std::back_inserter(metrics), &FrontTrial::metrics);
    const auto hypervolume = goals_.size() > 1 ? goals_.HypervolumeOf(metrics) : std::nullopt;
    return {context_.seed,
            step_,
            evaluator_.unique_queries(),
            failures_,
            rejections_,
            seconds,
            ending_,
            reason_,
            tracker_.best(),
            tracker_.marks(),
            std::move(front),
            hypervolume};
  }

  void Step(const std::vector<TrialObserver*>& observers) {
    const auto measured = ProposeWithinLimits();
    if (!measured) {
      return;
    }
    const auto& [proposal, evaluation] = *measured;
    const TrialRecord trial = Rewarded(proposal, evaluation);
    for (TrialObserver* observer : observers) {
      observer->OnTrial(trial);
    }
    tracker_.Add(trial);
    front_.Add(trial);
    Tell(trial, proposal.architecture);
    PassRecords(observers);
    Count(trial);
  }

  // A reward that is no number fails the trial: no optimizer and no comparison can use it.
  TrialRecord Rewarded(const Proposal& proposal, const Evaluation& evaluation) {
    TrialRecord trial{step_,
                      evaluation.id,
                      proposal.random,
                      evaluation.reused,
                      proposal.action,
                      proposal.text,
                      evaluation.metrics,
                      kNaN,
                      kNaN,
                      evaluation.failure};
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

  struct Measured {
    Proposal proposal;
    Evaluation evaluation;
  };

  // Proposes until one breaks no limit that rejects. None: the budget was spent on the way, or no
  // such proposal comes.
  std::optional<Measured> ProposeWithinLimits() {
    const bool random = Explore();
    const std::size_t records = records_.size();
    for (std::uint64_t attempt = 0; attempt < pipeline_.reward.max_rejections; ++attempt) {
      Proposal proposal = Propose(random, attempt);
      const Evaluation evaluation = evaluator_.Evaluate(step_, proposal.architecture, attempt);
      if (!evaluation.rejected) {
        return Measured{std::move(proposal), evaluation};
      }
      Reject(proposal, attempt);
      records_.resize(records);  // what was noted of a rejected proposal belongs to no trial
      if (Spent()) {
        return std::nullopt;
      }
    }
    // A search that has found all there is ends well.
    End(step_ > 0 ? Ending::kStalled : Ending::kFailed,
        "none of the last " + std::to_string(pipeline_.reward.max_rejections) +
            " proposals keeps the limits");
    return std::nullopt;
  }

  void Reject(const Proposal& proposal, std::uint64_t attempt) {
    ++rejections_;
    unique_queries_ = evaluator_.unique_queries();
    if (!proposal.random) {
      components_.optimizer().Enter(step_, Phase::kTell, attempt + 1);
      TellOptimizer(LODE_TRIAL_FAILED | LODE_TRIAL_REJECTED, proposal.action, proposal.architecture,
                    {}, kNaN, kNaN);
    }
    if (context_.cancelled->load(std::memory_order_relaxed)) {
      throw CancelledError();
    }
  }

  bool Explore() {
    bool random = false;
    for (const auto& exploration : components_.explorations()) {
      random = exploration->Explore(step_) || random;
    }
    return random;
  }

  // A random action, or what the optimizer wants, perturbed.
  Proposal Propose(bool random, std::uint64_t attempt) {
    bool is_action = true;
    if (random) {
      DrawAction(attempt);
    } else {
      is_action = Ask(attempt);
    }
    try {
      if (is_action) {
        architecture_ = components_.space().Discretize(action_);
      }
      return {random, is_action ? action_ : ActionView(), architecture_,
              components_.space().Format(architecture_)};
    } catch (const lode::Error& e) {
      throw HostError(components_.optimizer().title() + ": proposed what space '" +
                      pipeline_.space.id + "' refuses: " + e.what());
    }
  }

  // Leaves the optimizer's proposal in action_ (true) or architecture_ (false).
  bool Ask(std::uint64_t attempt) {
    OptimizerInstance& optimizer = components_.optimizer();
    optimizer.Enter(step_, Phase::kAsk, attempt);
    if (optimizer.Ask(action_, architecture_) == LODE_PROPOSES_ARCHITECTURE) {
      return false;
    }
    for (const auto& exploration : components_.explorations()) {
      exploration->Perturb(step_, action_, attempt);
    }
    if (attempt > 0) {
      Scatter(attempt);
    }
    return true;
  }

  // An optimizer of actions that learns nothing from a rejection proposes nearly the same again: so
  // what it proposes is scattered by uniform noise whose half-width doubles with every attempt, up
  // to 1, within what an actor can say.
  void Scatter(std::uint64_t attempt) {
    constexpr double kFirst = 0x1p-10;
    const double width = attempt > 10 ? 1 : std::ldexp(kFirst, static_cast<int>(attempt) - 1);
    random_.Restart(step_, Phase::kPerturb, attempt);
    const lode::Random random(random_.handle());
    for (float& cell : action_) {
      cell = std::clamp(cell + static_cast<float>(random.Uniform(-width, width)), 0.0f, 1.0f);
    }
  }

  // Every cell ~ Uniform(0, 1).
  void DrawAction(std::uint64_t attempt) {
    random_.Restart(step_, Phase::kExplore, attempt);
    words_.resize(action_.size());
    random_.Fill(words_.data(), words_.size());
    for (std::size_t i = 0; i < action_.size(); ++i) {
      action_[i] = static_cast<float>(words_[i] >> 40) * 0x1p-24f;
    }
  }

  void Tell(const TrialRecord& trial, ArchitectureView architecture) {
    const bool failed = !trial.failure.empty();
    const auto flag = [](bool set, lode_trial_flag bit) {
      return set * static_cast<std::uint32_t>(bit);
    };
    const std::uint32_t flags = flag(trial.random, LODE_TRIAL_RANDOM) |
                                flag(failed, LODE_TRIAL_FAILED) |
                                flag(trial.reused, LODE_TRIAL_REUSED);
    components_.optimizer().Enter(step_, Phase::kTell);
    TellOptimizer(flags, trial.action, architecture, trial.metrics, trial.reward, trial.violation);
  }

  // `metrics` are empty if the trial failed.
  void TellOptimizer(std::uint32_t flags, ActionView action, ArchitectureView architecture,
                     std::span<const double> metrics, double reward, double violation) {
    if (metrics.empty()) {
      metrics = nan_metrics_;
    }
    objectives_ = goals_.stated() ? goals_.ObjectivesOf(metrics) : Objectives{reward};
    components_.optimizer().Tell(
        {sizeof(lode_trial), flags, step_, action.empty() ? nullptr : action.data(),
         architecture.data(), metrics.data(), static_cast<std::uint32_t>(metrics.size()), 0, reward,
         objectives_.data(), static_cast<std::uint32_t>(objectives_.size()), 0, violation});
  }

  void PassRecords(const std::vector<TrialObserver*>& observers) {
    for (const auto& [name, value] : records_) {
      for (TrialObserver* observer : observers) {
        observer->OnRecord(step_, name, value);
      }
    }
    records_.clear();
  }

  void Count(const TrialRecord& trial) {
    ++step_;
    const bool news = evaluator_.unique_queries() > queries_at_last_step_;
    unique_queries_ = queries_at_last_step_ = evaluator_.unique_queries();
    steps_without_news_ = news ? 0 : steps_without_news_ + 1;
    const bool failed = !trial.failure.empty();
    failures_ += failed ? 1 : 0;
    failures_in_a_row_ = failed ? failures_in_a_row_ + 1 : 0;
    if (failed) {
      last_failure_ = trial.failure;
    }
    tracker_.PassMarks(step_, unique_queries_);
  }

  // Without a limit on steps, a search that only repeats itself would never end.
  void CheckPatience() {
    const BudgetConfig& budget = pipeline_.budget;
    if (!budget.steps && steps_without_news_ >= budget.patience) {
      End(Ending::kStalled,
          "no new architecture in the last " + std::to_string(budget.patience) + " steps");
    }
  }

  void CheckFailures() {
    const ExecutionConfig& execution = pipeline_.execution;
    if (failures_in_a_row_ > 0 && execution.on_error == OnError::kStop) {
      End(Ending::kFailed, "step " + std::to_string(step_ - 1) + " failed: " + last_failure_);
    } else if (failures_in_a_row_ >= execution.max_failures) {
      End(Ending::kFailed, std::to_string(failures_in_a_row_) +
                               " trials in a row failed, the last one: " + last_failure_);
    }
  }

  void End(Ending ending, std::string reason) {
    ending_ = ending;
    reason_ = std::move(reason);
  }

  const Pipeline pipeline_;
  std::vector<std::pair<std::string, double>> records_;
  const RunContext context_;
  Components components_;
  const Reward reward_;
  const Goals goals_;
  Evaluator evaluator_;
  RandomStream random_;
  std::vector<std::uint64_t> words_;
  Action action_;
  Architecture architecture_;
  const std::vector<double> nan_metrics_;  // of a trial that failed
  Objectives objectives_;
  BestTracker tracker_;
  FrontTracker front_;

  std::uint64_t step_ = 0;
  std::uint64_t unique_queries_ = 0;
  std::uint64_t queries_at_last_step_ = 0;
  std::uint64_t steps_without_news_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t rejections_ = 0;
  std::uint64_t failures_in_a_row_ = 0;
  std::string last_failure_;
  Ending ending_ = Ending::kBudget;
  std::string reason_;
};

Run::Run(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
         const std::atomic<bool>& cancelled, std::function<void(double, std::string_view)> progress)
    : loop_(std::make_unique<Loop>(pipeline, seed, catalog, cancelled, std::move(progress))) {}

Run::~Run() = default;

const std::vector<MetricDeclaration>& Run::metrics() const { return loop_->components().metrics(); }

std::size_t Run::reward_metric() const { return loop_->reward().metric(); }

const OptimizerInstance& Run::optimizer() const { return loop_->components().optimizer(); }

RunResult Run::Execute(const std::vector<TrialObserver*>& observers) {
  return loop_->Execute(observers);
}

}  // namespace lode::core
