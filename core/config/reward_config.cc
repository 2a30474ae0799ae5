#include "core/config/reward_config.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/config/pipeline_tables.h"
#include "core/config/values.h"

namespace lode::core {
namespace {

class RewardReader {
 public:
  RewardReader(const Node& pipeline, Diagnostics& diagnostics)
      : table_(pipeline.Find("reward")),
        position_(table_ != nullptr ? table_->position : pipeline.position),
        diagnostics_(diagnostics) {}

  RewardConfig Read() {
    const std::size_t mistakes = diagnostics_.size();
    RewardTable().Read(table_, position_, reward_, diagnostics_);
    reward_.metric_position = PositionOf("metric");
    if (diagnostics_.size() == mistakes) {
      CheckReference();
      CheckLimitsAndGoals();
    }
    return std::move(reward_);
  }

 private:
  // Returns the position of a key, or else of the table.
  Position PositionOf(std::string_view key) const {
    const Node* value = table_ != nullptr ? table_->Find(key) : nullptr;
    return value != nullptr ? value->position : position_;
  }

  // Checks that do not depend on the metrics.
  void CheckLimitsAndGoals() {
    for (const LimitConfig& limit : reward_.limits) {
      CheckLimit(limit);
    }
    if (reward_.limit_rule == LimitRule::kPenalty && reward_.penalty_weight > 0) {
      diagnostics_.Add(PositionOf("penalty_weight"),
                       "a 'penalty_weight' above 0 rewards values beyond a limit");
    }
    if (reward_.goals.size() == 1) {
      diagnostics_.Add(reward_.goals[0].position,
                       "one goal is not a trade-off: give two or more, or make it the reward");
    }
    for (const GoalConfig& goal : reward_.goals) {
      if (std::ranges::count(reward_.goals, goal.metric, &GoalConfig::metric) > 1) {
        diagnostics_.Add(goal.position, "'" + goal.metric + "' is a goal twice");
      }
    }
  }

  void CheckLimit(const LimitConfig& limit) {
    if (!limit.min && !limit.max) {
      diagnostics_.Add(limit.position, "a limit needs 'max' or 'min'");
    } else if (limit.min && limit.max && *limit.min > *limit.max) {
      diagnostics_.Add(limit.position, "no value is at least " + FormatValue(*limit.min) +
                                           " and at most " + FormatValue(*limit.max));
    }
    if (reward_.limit_rule != LimitRule::kPenalty) {
      return;
    }
    const double bound = limit.max.value_or(limit.min.value_or(1));
    if (bound <= 0) {
      diagnostics_.Add(limit.position,
                       "a penalty is made of the ratio metric / limit: the limit must be above 0, "
                       "not " +
                           FormatValue(bound));
    }
    if (limit.min && limit.max) {
      diagnostics_.Add(limit.position, "a penalty has one limit: give 'max' or 'min', not both");
    }
  }

  void CheckReference() {
    const bool relative = reward_.transform == Transform::kRelative;
    if (relative && reward_.reference <= 0) {
      diagnostics_.Add(PositionOf("reference"),
                       "transform = \"relative\" needs 'reference', AccEnv of eq. 7, above 0");
    } else if (!relative && reward_.reference > 0) {
      diagnostics_.Add(PositionOf("reference"),
                       "'reference' means nothing without transform = \"relative\"");
    }
  }

  const Node* table_;
  Position position_;
  Diagnostics& diagnostics_;
  RewardConfig reward_;
};

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
    for (const LimitConfig& limit : reward_.limits) {
      CheckLimit(limit);
    }
    for (const GoalConfig& goal : reward_.goals) {
      CheckGoal(goal);
    }
  }

 private:
  const MetricDeclaration* Find(const std::string& name, const Position& position) {
    const auto metric = std::ranges::find(metrics_, name, &MetricDeclaration::name);
    if (metric != metrics_.end()) {
      return &*metric;
    }
    std::vector<std::string> names;
    std::ranges::transform(metrics_, std::back_inserter(names), &MetricDeclaration::name);
    diagnostics_.Add(position, "no oracle has the metric '" + name + "'" + Suggest(name, names));
    return nullptr;
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
    if (metric != nullptr) {
      CheckSplit(*metric, goal.position);
    }
  }

  const RewardConfig& reward_;
  std::span<const MetricDeclaration> metrics_;
  Diagnostics& diagnostics_;
};

}  // namespace

RewardConfig ReadReward(const Node& pipeline, Diagnostics& diagnostics) {
  return RewardReader(pipeline, diagnostics).Read();
}

void CheckReward(const RewardConfig& reward, std::span<const MetricDeclaration> metrics,
                 Diagnostics& diagnostics) {
  RewardCheck(reward, metrics, diagnostics).Check();
}

}  // namespace lode::core
