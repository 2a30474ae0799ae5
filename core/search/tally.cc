#include "core/search/tally.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lode::core {

Tally::Tally(const Pipeline& pipeline, const Reward& reward, const Goals& goals,
             const std::vector<MetricDeclaration>& metrics)
    : goals_(goals),
      best_(pipeline.budget.marks, pipeline.budget.stop_after_no_improvement.has_value(), reward,
            AreNoisy(metrics)),
      front_(goals),
      budget_(pipeline, best_.is_noisy()),
      patience_(pipeline.budget),
      failures_(pipeline.execution) {}

void Tally::CountQuery(double fidelity, const Evaluator::Result& result) {
  if (!result.reused && !result.rejected && result.failure.empty()) {
    budget_.RequireCost(result.cost_seconds);
  }
  spent_.unique_queries += result.is_new_query ? 1 : 0;
  spent_.full_evaluations += result.is_new_query ? fidelity : 0;
  spent_.cost_seconds += result.cost_seconds;
}

void Tally::CountDropped(std::uint64_t unique_queries, double full_evaluations) {
  spent_.unique_queries = unique_queries;
  spent_.full_evaluations = full_evaluations;
}

void Tally::Add(const TrialRecord& trial) {
  const bool is_better = AddToBest(trial);
  ++spent_.steps;
  patience_.Count(spent_.unique_queries > queries_at_last_trial_, is_better);
  queries_at_last_trial_ = spent_.unique_queries;
  failures_.Count(trial);
  best_.PassMarks(budget_.InUnitOfMarks(spent_));
}

// Returns whether the trial is an improvement: with several goals, whether it is on their front.
bool Tally::AddToBest(const TrialRecord& trial) {
  const bool is_best = best_.Add(trial);
  const bool is_on_front = front_.Add(trial);
  return goals_.stated() ? is_on_front : is_best;
}

std::optional<Tally::End> Tally::Early() const {
  if (spent_.steps >= replayed_) {
    if (std::string reason = failures_.ReasonToEnd(); !reason.empty()) {
      return End{Ending::kFailed, std::move(reason)};
    }
  }
  if (std::string reason = patience_.ReasonToEnd(); !reason.empty()) {
    return End{Ending::kStalled, std::move(reason)};
  }
  return std::nullopt;
}

std::optional<Tally::End> Tally::Late() const {
  if (spent_.steps == 0 || failures_.failures() < spent_.steps) { return std::nullopt; }
  return End{Ending::kFailed, "every trial failed, the last one: " + failures_.last()};
}

RunResult Tally::Result() const {
  RunResult result;
  result.steps = spent_.steps;
  result.unique_queries = spent_.unique_queries;
  result.failures = failures_.failures();
  result.failure_kinds = failures_.Kinds();
  result.rejections = rejections_;
  result.cost_seconds = spent_.cost_seconds;
  result.best = best_.best();
  result.marks = best_.marks();
  result.front = front_.Trials();
  result.hypervolume = Hypervolume();
  return result;
}

std::optional<double> Tally::Hypervolume() const {
  if (goals_.size() <= 1) { return std::nullopt; }
  const std::vector<FrontTrial> front = front_.Trials();
  std::vector<std::vector<double>> metrics;
  std::ranges::transform(front, std::back_inserter(metrics), &FrontTrial::metrics);
  return goals_.HypervolumeOf(metrics);
}

}  // namespace lode::core
