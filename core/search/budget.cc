#include "core/search/budget.h"

#include "core/plugin/error.h"

namespace lode::core {
namespace {

constexpr double kRounding = 1e-6;

}  // namespace

bool HasReached(double sum, double limit) { return sum >= limit - kRounding; }

Budget::Budget(const Pipeline& pipeline, bool counts_evaluations)
    : config_(pipeline.budget),
      evaluations_(counts_evaluations ? pipeline.search_evaluations() : std::nullopt) {}

bool Budget::AreQueriesSpent(const Spending& spending) const {
  return (config_.unique_queries && spending.unique_queries >= *config_.unique_queries) ||
         (config_.full_evaluations &&
          HasReached(spending.full_evaluations, static_cast<double>(*config_.full_evaluations))) ||
         (evaluations_ && spending.evaluations >= *evaluations_) ||
         (config_.simulated_seconds &&
          spending.cost_seconds >= static_cast<double>(*config_.simulated_seconds));
}

double Budget::InUnitOfMarks(const Spending& spending) const {
  if (config_.steps) { return static_cast<double>(spending.steps); }
  if (config_.unique_queries) { return static_cast<double>(spending.unique_queries); }
  return config_.full_evaluations ? spending.full_evaluations + kRounding : spending.cost_seconds;
}

void Budget::RequireCost(double cost_seconds) const {
  if (config_.simulated_seconds && cost_seconds <= 0) {
    throw HostError(
        "[budget] simulated_seconds: no oracle reports the cost of an evaluation, so the budget "
        "would never be spent; nb201.table reports it");
  }
}

void Patience::Count(bool is_new, bool is_better) {
  steps_without_news_ = is_new ? 0 : steps_without_news_ + 1;
  steps_without_better_ = is_better ? 0 : steps_without_better_ + 1;
}

std::string Patience::ReasonToEnd() const {
  const auto& enough = config_.stop_after_no_improvement;
  if (enough && steps_without_better_ >= *enough) {
    return "no better architecture in the last " + std::to_string(*enough) + " steps";
  }
  if (!config_.steps && steps_without_news_ >= config_.patience) {
    return "no new architecture in the last " + std::to_string(config_.patience) + " steps";
  }
  return "";
}

void FailureWatch::Count(const TrialRecord& trial) {
  if (trial.failure.empty()) {
    in_a_row_ = 0;
    return;
  }
  ++failures_;
  ++in_a_row_;
  last_step_ = trial.step;
  last_ = trial.failure;
  tally_.Add(trial.failure);
}

std::string FailureWatch::ReasonToEnd() const {
  if (in_a_row_ > 0 && config_.on_error == OnError::kStop) {
    return "step " + std::to_string(last_step_) + " failed: " + last_;
  }
  if (in_a_row_ >= config_.max_failures) {
    return std::to_string(in_a_row_) + " trials in a row failed, the last one: " + last_;
  }
  return "";
}

}  // namespace lode::core
