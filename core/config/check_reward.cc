#include "core/config/check_reward.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "core/config/values.h"

namespace lode::core {
namespace {

// Returns the metric with this name. If there is none, says so, and returns nullptr.
const MetricDeclaration* FindMetric(const std::string& name, const Position& position,
                                    std::span<const MetricDeclaration> metrics,
                                    Diagnostics& diagnostics) {
  const auto metric = std::ranges::find(metrics, name, &MetricDeclaration::name);
  if (metric != metrics.end()) { return &*metric; }
  std::vector<std::string> names;
  std::ranges::transform(metrics, std::back_inserter(names), &MetricDeclaration::name);
  diagnostics.Add(position, "no oracle has the metric '" + name + "'" + Suggest(name, names));
  return nullptr;
}

class RewardCheck {
 public:
  RewardCheck(const RewardConfig& reward, std::span<const MetricDeclaration> metrics,
              Diagnostics& diagnostics)
      : reward_(reward), metrics_(metrics), diagnostics_(diagnostics) {}

  void Check() {
    if (const MetricDeclaration* metric = Find(reward_.metric, reward_.metric_position)) {
      CheckSplit(*metric, reward_.metric_position);
      CheckTransform(*metric);
      CheckLimitRule(*metric);
    }
    for (const TermConfig& term : reward_.add) {
      if (const MetricDeclaration* metric = Find(term.metric, term.position)) {
        CheckSplit(*metric, term.position);
      }
    }
    for (const LimitConfig& limit : reward_.limits) { CheckLimit(limit); }
    for (const GoalConfig& goal : reward_.goals) { CheckGoal(goal); }
  }

 private:
  const MetricDeclaration* Find(const std::string& name, const Position& position) {
    return FindMetric(name, position, metrics_, diagnostics_);
  }

  void CheckSplit(const MetricDeclaration& metric, const Position& position) {
    if (metric.split == LODE_SPLIT_TEST && !reward_.allow_test) {
      diagnostics_.Add(position,
                       "'" + metric.name +
                           "' is measured on the test split: a search on it says nothing about new "
                           "data; use a validation metric, or set allow_test = true in [reward]");
    }
  }

  static std::string UnitOf(const MetricDeclaration& metric) {
    return "'" + metric.name + "' is in '" + metric.unit + "'" +
           (metric.direction == LODE_MINIMIZE ? ", less is better" : "");
  }

  void CheckTransform(const MetricDeclaration& metric) {
    if (reward_.transform != Transform::kIdentity && !IsAccuracy(metric)) {
      diagnostics_.Add(reward_.metric_position,
                       "the reward's transform needs an accuracy in percent or as a fraction; " +
                           UnitOf(metric));
    }
  }

  // A penalty and death need a metric with a scale and a worst value.
  void CheckLimitRule(const MetricDeclaration& metric) {
    if (reward_.limits.empty() || reward_.limit_rule == LimitRule::kRejection ||
        IsAccuracy(metric)) {
      return;
    }
    diagnostics_.Add(reward_.metric_position,
                     "limit_rule = \"" + std::string(WordOf(reward_.limit_rule)) +
                         "\" needs an accuracy in percent or as a fraction; " + UnitOf(metric) +
                         ": use rejection");
  }

  void CheckLimit(const LimitConfig& limit) {
    if (const MetricDeclaration* metric = Find(limit.metric, limit.position)) {
      CheckSplit(*metric, limit.position);
    }
  }

  void CheckGoal(const GoalConfig& goal) {
    const MetricDeclaration* metric = Find(goal.metric, goal.position);
    if (metric != nullptr) { CheckSplit(*metric, goal.position); }
  }

  const RewardConfig& reward_;
  std::span<const MetricDeclaration> metrics_;
  Diagnostics& diagnostics_;
};

}  // namespace

void CheckReward(const RewardConfig& reward, std::span<const MetricDeclaration> metrics,
                 Diagnostics& diagnostics) {
  RewardCheck(reward, metrics, diagnostics).Check();
}

void CheckReferences(std::span<const ReferenceConfig> references,
                     std::span<const MetricDeclaration> metrics, Diagnostics& diagnostics) {
  for (const ReferenceConfig& reference : references) {
    if (!reference.metric.empty()) {
      FindMetric(reference.metric, reference.position, metrics, diagnostics);
    }
  }
}

std::vector<std::string> MetricsOf(const RewardConfig& reward) {
  std::vector<std::string> names{reward.metric};
  std::ranges::transform(reward.add, std::back_inserter(names), &TermConfig::metric);
  std::ranges::transform(reward.limits, std::back_inserter(names), &LimitConfig::metric);
  std::ranges::transform(reward.goals, std::back_inserter(names), &GoalConfig::metric);
  return names;
}

}  // namespace lode::core
