// A space, an optimizer, an executor and a search in memory, for the tests of the search.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <lode/plugin.hpp>
#include <lode/testing.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/plugin/error.h"
#include "core/search/components.h"
#include "core/search/evaluator.h"
#include "core/search/executor.h"
#include "core/search/pareto.h"
#include "core/search/reward.h"
#include "core/search/search_loop.h"
#include "core/search/trial.h"

namespace lode::core {

// Two decisions of three values each, "0-2". Their order does not matter to a network.
inline std::unique_ptr<SpaceInstance> FakeSpace(const RunContext& run) {
  return std::make_unique<SpaceInstance>(test::GridSpaceComponent(),
                                         std::vector<Value>{std::int64_t{2}, std::int64_t{3}}, run,
                                         "space");
}

// What a fake optimizer proposes, and what it was told.
struct Script {
  struct Ask {
    std::string architecture;
    double fidelity = 1;
    std::optional<std::variant<Action, Architecture>> what{};  // instead of `architecture`
  };
  struct Told {
    std::uint64_t step;
    bool random, failed, rejected, reused, known;
    std::string architecture;
    Action action;
    std::vector<double> metrics, objectives;
    double reward, violation, fidelity;

    friend bool operator==(const Told&, const Told&) = default;
  };
  std::deque<Ask> asks;  // then it is exhausted
  std::vector<Told> told;
  std::vector<std::uint64_t> words;  // the first random number of each call
};

// Follows a script, which is set before it is made.
class FakeOptimizer {
 public:
  struct Config {};
  static inline Script* script = nullptr;

  FakeOptimizer(Host host, const Config&) : host_(host) {}
  void Bind(const Space& space) { space_ = &space_storage_.emplace_back(space); }
  void Offer(const Fidelities&) {}
  lode::Proposal Ask() {
    script->words.push_back(host_.Random().Next());
    if (script->asks.empty()) { return {space_->Parse("0-0"), 1}; }
    const Script::Ask ask = script->asks.front();
    script->asks.pop_front();
    return {ask.what ? *ask.what : space_->Parse(ask.architecture), ask.fidelity};
  }
  void Tell(const Trial& trial) {
    script->words.push_back(host_.Random().Next());
    script->told.push_back({.step = trial.step,
                            .random = trial.random,
                            .failed = trial.failed,
                            .rejected = trial.rejected,
                            .reused = trial.reused,
                            .known = trial.known,
                            .architecture = space_->Format(trial.architecture),
                            .action = {trial.action.begin(), trial.action.end()},
                            .metrics = {trial.metrics.begin(), trial.metrics.end()},
                            .objectives = {trial.objectives.begin(), trial.objectives.end()},
                            .reward = trial.reward,
                            .violation = trial.violation,
                            .fidelity = trial.fidelity});
  }
  bool Exhausted() const { return script->asks.empty(); }

 private:
  const Host host_;
  std::deque<Space> space_storage_;
  const Space* space_ = nullptr;
};

inline std::unique_ptr<OptimizerInstance> MakeFakeOptimizer(const RunContext& run) {
  static const lode_component* const component = OptimizerComponent<FakeOptimizer>(
      "fake", "1.0.0", "Follows a script.", "", LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER);
  return std::make_unique<OptimizerInstance>(*component, std::vector<Value>{}, run, "optimizer");
}

// Evaluates with a function, in an order that a test may choose.
class FakeExecutor : public Executor {
 public:
  using Evaluate = std::function<Evaluation(const Query&)>;

  FakeExecutor(MetricLists metrics, std::size_t capacity, Evaluate evaluate)
      : metrics_(std::move(metrics)), capacity_(capacity), evaluate_(std::move(evaluate)) {}

  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  std::size_t capacity() const override { return capacity_; }
  void Start(const Query& query) override {
    asked_.push_back(query.text);
    queries_.emplace(query.id, query);
    most_at_once_ = std::max(most_at_once_, queries_.size());
  }
  // The first of `steps_to_finish` that is in progress, otherwise the oldest query.
  std::uint64_t Next() override {
    for (const auto& [id, query] : queries_) {
      if (!steps_to_finish.empty() && query.step == steps_to_finish.front()) {
        steps_to_finish.pop_front();
        return id;
      }
    }
    return queries_.begin()->first;
  }
  Evaluation Finish(std::uint64_t id) override {
    const Query query = queries_.extract(id).mapped();
    Evaluation evaluation = evaluate_(query);
    Tell(query, evaluation);
    return evaluation;
  }

  std::deque<std::uint64_t> steps_to_finish;
  const std::vector<std::string>& asked() const { return asked_; }
  std::size_t most_at_once() const { return most_at_once_; }

 private:
  const MetricLists metrics_;
  const Fidelities fidelities_ = Fidelities::List({0.25, 1});
  const std::size_t capacity_;
  const Evaluate evaluate_;
  std::map<std::uint64_t, Query> queries_;
  std::vector<std::string> asked_;
  std::size_t most_at_once_ = 0;
};

inline MetricDeclaration FakeMetric(const std::string& name = "score", bool noisy = false) {
  MetricDeclaration metric;
  metric.name = name;
  metric.split = LODE_SPLIT_VALIDATION;
  metric.noisy = noisy;
  return metric;
}

// The sum of the two decisions times the fidelity.
inline Evaluation FakeEvaluation(const Query& query) {
  Evaluation evaluation;
  evaluation.metrics = {(query.text[0] - '0' + query.text[2] - '0') * query.fidelity};
  return evaluation;
}

inline Evaluation Failure(const std::string& reason) {
  Evaluation evaluation;
  evaluation.outcome = Outcome::kFailed;
  evaluation.metrics = {kNaN};
  evaluation.failure = reason;
  return evaluation;
}

inline Evaluation Rejection() {
  Evaluation evaluation;
  evaluation.outcome = Outcome::kRejected;
  evaluation.metrics = {kNaN};
  return evaluation;
}

// An evaluator of a fake space's architectures, with a fake executor.
class FakeEvaluator {
 public:
  explicit FakeEvaluator(std::size_t capacity = 4, bool noisy = false)
      : metrics{FakeMetric("score", noisy)},
        executor(MetricLists{metrics}, capacity, [this](const Query& q) { return evaluate(q); }),
        evaluator({.space = space,
                   .space_title = "space 'grid'",
                   .executor = executor,
                   .metrics = metrics,
                   .measured_places = {0},
                   .seed = 1}) {}

  const RunContext context{1, nullptr, {}, {}};
  const std::unique_ptr<SpaceInstance> instance = FakeSpace(context);
  const lode::Space space{instance->handle()};
  FakeExecutor::Evaluate evaluate = FakeEvaluation;
  const std::vector<MetricDeclaration> metrics;
  FakeExecutor executor;
  Evaluator evaluator;
};

// A search of fakes: set its parts, then Run() it once.
class FakeSearch : public TrialObserver {
 public:
  FakeSearch() {
    pipeline.reward.metric = "score";
    pipeline.reward.transform = Transform::kIdentity;
    pipeline.budget.steps = 100;
  }

  RunResult Run(const Beginning& beginning = {}) {
    FakeOptimizer::script = &script;
    const std::vector<MetricDeclaration> metrics{FakeMetric("score", noisy)};
    executor.emplace(MetricLists{metrics}, capacity, evaluate);
    executor->steps_to_finish = finish;
    Records records;
    const RunContext context{1, &cancelled, {}, [&](std::string_view name, double value) {
                               records.emplace_back(name, value);
                             }};
    Components components(FakeSpace(context), {}, MakeFakeOptimizer(context),
                          executor->fidelities());
    std::optional<SearchLoop> loop;
    Evaluator evaluator({.space = components.space(),
                         .space_title = components.space_title(),
                         .executor = *executor,
                         .metrics = metrics,
                         .measured_places = {0},
                         .seed = 1},
                        [&](const EvaluationRecord& evaluation) { loop->Pass(evaluation); });
    const Reward reward(pipeline.reward, metrics);
    const Goals goals(pipeline.reward, metrics);
    loop.emplace(SearchLoop::Parts{.pipeline = pipeline,
                                   .context = context,
                                   .components = components,
                                   .executor = *executor,
                                   .evaluator = evaluator,
                                   .reward = reward,
                                   .goals = goals,
                                   .records = records});
    return loop->Execute({this}, beginning);
  }

  void OnTaken(std::uint64_t step) override { taken.push_back(step); }
  void OnTrial(const TrialRecord& trial) override {
    trials.push_back(std::to_string(trial.step) + ": " + std::string(trial.architecture));
  }

  Pipeline pipeline;
  Script script;
  bool noisy = false;
  std::size_t capacity = 1;
  FakeExecutor::Evaluate evaluate = FakeEvaluation;
  std::deque<std::uint64_t> finish;  // steps in the order in which evaluations finish
  std::atomic<bool> cancelled = false;
  std::optional<FakeExecutor> executor;
  std::vector<std::string> trials;  // "0: 1-2", in the order of telling
  std::vector<std::uint64_t> taken;
};

}  // namespace lode::core
