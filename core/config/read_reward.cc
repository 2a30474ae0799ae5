// The table [reward].
#include <algorithm>
#include <string>

#include "core/config/artifacts.h"
#include "core/config/check_reward.h"
#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"

namespace lode::core {
namespace {

// The checks that do not depend on the metrics.
class PlainRewardCheck {
 public:
  PlainRewardCheck(const WrittenPipeline& written, const RewardConfig& reward)
      : written_(written), reward_(reward) {}

  void Check() {
    CheckReference();
    CheckLimitsAndGoals();
  }

 private:
  void CheckLimitsAndGoals() {
    for (const LimitConfig& limit : reward_.limits) { CheckLimit(limit); }
    if (reward_.limit_rule == LimitRule::kPenalty && reward_.penalty_weight > 0) {
      written_.diagnostics.Add(written_.PositionOf("reward", "penalty_weight"),
                               "a 'penalty_weight' above 0 rewards values beyond a limit");
    }
    if (reward_.goals.size() == 1) {
      written_.diagnostics.Add(
          reward_.goals[0].position,
          "one goal is not a trade-off: give two or more, or make it the reward");
    }
    for (const GoalConfig& goal : reward_.goals) {
      if (std::ranges::count(reward_.goals, goal.metric, &GoalConfig::metric) > 1) {
        written_.diagnostics.Add(goal.position, "'" + goal.metric + "' is a goal twice");
      }
    }
  }

  void CheckLimit(const LimitConfig& limit) {
    if (!limit.min && !limit.max) {
      written_.diagnostics.Add(limit.position, "a limit needs 'max' or 'min'");
    } else if (limit.min && limit.max && *limit.min > *limit.max) {
      written_.diagnostics.Add(limit.position, "no value is at least " + FormatValue(*limit.min) +
                                                   " and at most " + FormatValue(*limit.max));
    }
    if (reward_.limit_rule != LimitRule::kPenalty) { return; }
    const double bound = limit.max.value_or(limit.min.value_or(1));
    if (bound <= 0) {
      written_.diagnostics.Add(
          limit.position,
          "a penalty is made of the ratio metric / limit: the limit must be above 0, "
          "not " +
              FormatValue(bound));
    }
    if (limit.min && limit.max) {
      written_.diagnostics.Add(limit.position,
                               "a penalty has one limit: give 'max' or 'min', not both");
    }
  }

  void CheckReference() {
    const bool relative = reward_.transform == Transform::kRelative;
    const bool from_file = !reward_.accuracy_env.empty();
    if (relative && reward_.reference <= 0 && !from_file) {
      Add("reference",
          "transform = \"relative\" needs 'reference', AccEnv of eq. 7, above 0, or "
          "'accuracy_env', "
          "a file that has it");
    } else if (relative && reward_.reference > 0 && from_file) {
      Add("accuracy_env", "'accuracy_env' takes the place of 'reference': give one of them");
    }
    if (!relative && reward_.reference > 0) { Add("reference", MeansNothing("reference")); }
    if (!relative && from_file) { Add("accuracy_env", MeansNothing("accuracy_env")); }
  }

  static std::string MeansNothing(const std::string& key) {
    return "'" + key + "' means nothing without transform = \"relative\"";
  }

  void Add(const char* key, const std::string& mistake) {
    written_.diagnostics.Add(written_.PositionOf("reward", key), mistake);
  }

  const WrittenPipeline& written_;
  const RewardConfig& reward_;
};

}  // namespace

std::vector<MetricDeclaration> DeclaredMetrics(const Catalog& catalog,
                                               const std::vector<ComponentConfig>& oracles) {
  std::vector<MetricDeclaration> metrics;
  for (const ComponentConfig& oracle : oracles) {
    const ComponentDeclaration* declaration = catalog.Find(LODE_ORACLE, oracle.id);
    const bool unknown = declaration == nullptr || declaration->metrics.empty() ||
                         (declaration->capabilities & LODE_CAP_METRICS_VARY) != 0;
    if (unknown) { return {}; }
    metrics.insert(metrics.end(), declaration->metrics.begin(), declaration->metrics.end());
  }
  return metrics;
}

RewardConfig ReadReward(const WrittenPipeline& written,
                        const std::vector<ComponentConfig>& oracles) {
  const std::size_t mistakes = written.diagnostics.size();
  RewardConfig reward;
  written.Read(RewardTable(), reward);
  reward.metric_position = written.PositionOf("reward", "metric");
  reward.accuracy_env = FileOfAccuracyEnv(reward.accuracy_env);
  if (written.diagnostics.size() == mistakes) { PlainRewardCheck(written, reward).Check(); }
  const Node* metric = written.Find("reward", "metric");
  const auto metrics = DeclaredMetrics(written.catalog, oracles);
  if (metric != nullptr && metric->As<std::string>() != nullptr && !metrics.empty()) {
    CheckReward(reward, metrics, written.diagnostics);
  }
  return reward;
}

}  // namespace lode::core
