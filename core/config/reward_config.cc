#include "core/config/reward_config.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/config/host_values.h"
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
    const HostValues values("reward", table_, position_, {"limits", "add", "goals"}, diagnostics_);
    reward_.metric = values.Get<std::string>("metric");
    reward_.metric_position = PositionOf("metric");
    reward_.reference = values.Get<double>("reference");
    reward_.allow_test = values.Get<bool>("allow_test");
    reward_.scale = values.Get<double>("scale");
    const auto& transform = values.Get<std::string>("transform");
    reward_.transform = transform == "exponential" ? Transform::kExponential
                        : transform == "relative"  ? Transform::kRelative
                                                   : Transform::kIdentity;
    ReadLimitRule(values);
    ReadLists();
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

  void ReadLimitRule(const HostValues& values) {
    const auto& rule = values.Get<std::string>("limit_rule");
    reward_.limit_rule = rule == "penalty" ? LimitRule::kPenalty
                         : rule == "death" ? LimitRule::kDeath
                                           : LimitRule::kRejection;
    reward_.max_rejections = *values.Limit("max_rejections");
    reward_.penalty =
        values.Get<std::string>("penalty") == "absolute" ? Penalty::kAbsolute : Penalty::kSoft;
    reward_.penalty_weight = values.Get<double>("penalty_weight");
  }

  void ReadLists() {
    for (const auto& [values, position] : HostList("limits")) {
      reward_.limits.push_back({values.Get<std::string>("metric"), values.Optional("min"),
                                values.Optional("max"), position});
    }
    for (const auto& [values, position] : HostList("add")) {
      reward_.add.push_back(
          {values.Get<std::string>("metric"), values.Get<double>("weight"), position});
    }
    for (const auto& [values, position] : HostList("goals")) {
      reward_.goals.push_back(
          {values.Get<std::string>("metric"), values.Optional("reference"), position});
    }
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

  struct ListElement {
    HostValues values;
    Position position;
  };

  // Returns the tables of a list in [reward].
  std::vector<ListElement> HostList(const char* name) {
    std::vector<ListElement> elements;
    const Node* list = table_ != nullptr ? table_->Find(name) : nullptr;
    if (list == nullptr) {
      return elements;
    }
    if (list->As<Node::Array>() == nullptr) {
      diagnostics_.Add(list->position, "'" + std::string(name) +
                                           "' must be a list of tables, not " +
                                           std::string(list->TypeText()));
      return elements;
    }
    for (const Node& node : *list->As<Node::Array>()) {
      elements.push_back({HostValues(("reward." + std::string(name)).c_str(), &node, node.position,
                                     {}, diagnostics_),
                          node.position});
    }
    return elements;
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
                     "limit_rule = \"" + std::string(LimitRuleName(reward_.limit_rule)) +
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
