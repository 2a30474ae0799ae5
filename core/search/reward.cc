#include "core/search/reward.h"

#include <cmath>
#include <lode/math.hpp>

#include "core/config/check_reward.h"
#include "core/config/diagnostic.h"
#include "core/search/metric_index.h"

namespace lode::core {
namespace {

const std::vector<MetricDeclaration>& Checked(const RewardConfig& config,
                                              const std::vector<MetricDeclaration>& metrics) {
  Diagnostics diagnostics;
  CheckReward(config, metrics, diagnostics);
  diagnostics.ThrowIfAny();
  return metrics;
}

}  // namespace

double ExponentialReward(double accuracy) { return math::Pow(100.0, accuracy); }

double RelativeReward(double accuracy, double reference) {
  return math::Pow(100.0, accuracy / reference) / 100.0 - 1.0;
}

double SoftPenalty(double accuracy, double share, double weight) {
  return accuracy * math::Pow(share, weight);
}

double AbsolutePenalty(double accuracy, double share, double weight) {
  return accuracy + weight * std::abs(share - 1);
}

Reward::Reward(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics)
    : limits_(config, Checked(config, metrics)),
      result_(config.result),
      limit_rule_(config.limit_rule),
      penalty_(config.penalty),
      penalty_weight_(config.penalty_weight),
      transform_(config.transform),
      scale_(config.scale) {
  metric_ = MetricIndex(metrics, config.metric);
  const bool percent = metrics[metric_].unit == "percent";
  unit_ = percent ? 100 : 1;
  if (transform_ == Transform::kIdentity) {
    to_transform_ = metrics[metric_].direction == LODE_MINIMIZE ? -1 : 1;
  } else {
    to_transform_ = percent ? 0.01 : 1;
  }
  reference_ = config.reference * to_transform_;
  for (const TermConfig& term : config.add) {
    terms_.emplace_back(MetricIndex(metrics, term.metric), term.weight);
  }
}

double Reward::operator()(std::span<const double> metrics) const {
  double reward = scale_ * Transformed(ValueOf(metrics));
  for (const auto& [metric, weight] : terms_) { reward += weight * metrics[metric]; }
  return reward;
}

double Reward::Rounding(std::span<const double> metrics) const {
  double terms = std::abs(scale_) * (1 + std::abs(Transformed(ValueOf(metrics))));
  for (const auto& [metric, weight] : terms_) { terms += std::abs(weight * metrics[metric]); }
  return terms * kRounding;
}

double Reward::ValueOf(std::span<const double> metrics) const {
  if (limits_.empty() || limit_rule_ == LimitRule::kRejection) { return metrics[metric_]; }
  if (limit_rule_ == LimitRule::kDeath) {
    return limits_.Violation(metrics) > 0 ? 0 : metrics[metric_];
  }
  return Penalized(metrics);
}

double Reward::Penalized(std::span<const double> metrics) const {
  double accuracy = metrics[metric_] / unit_;
  for (const Limit& limit : limits_.list()) {
    const double bound = limit.max ? *limit.max : *limit.min;
    const double share = metrics[limit.metric] / bound;
    if (penalty_ == Penalty::kAbsolute) {
      accuracy = AbsolutePenalty(accuracy, share, penalty_weight_);
    } else {
      accuracy = SoftPenalty(accuracy, limit.max ? share : 1 / share, penalty_weight_);
    }
  }
  return accuracy * unit_;
}

double Reward::Transformed(double value) const {
  switch (transform_) {
    case Transform::kExponential:
      return ExponentialReward(value * to_transform_);
    case Transform::kRelative:
      return RelativeReward(value * to_transform_, reference_);
    default:
      return value * to_transform_;
  }
}

}  // namespace lode::core
