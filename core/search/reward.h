// The reward, which the optimizer maximizes, computed from a trial's metrics.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/limits.h"

namespace lode::core {

// The rewards of the L2NAS paper. Acc and AccEnv are fractions in [0, 1].
double ExponentialReward(double accuracy);                 // eq. 3: 100^Acc
double RelativeReward(double accuracy, double reference);  // eq. 7: 100^(Acc / AccEnv) / 100 - 1

// The accuracy with a penalty, for a metric that is `share` times its limit. MnasNet's soft
// constraint: Acc * share^weight. TuNAS's absolute reward: Acc + weight * |share - 1|.
double SoftPenalty(double accuracy, double share, double weight);
double AbsolutePenalty(double accuracy, double share, double weight);

class Reward {
 public:
  // Throws ConfigError if these metrics do not allow the configured reward.
  Reward(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics);

  // Returns the reward; larger is better. `metrics` are finite, in the order given at construction.
  double operator()(std::span<const double> metrics) const;

  // Returns how much two rewards of the same metrics may differ because of rounding, on different
  // machines or in different versions: kRounding times the terms that the reward sums up. It would
  // take some thousand roundings to add up to this, and no metric is reported with that many
  // digits.
  static constexpr double kRounding = 0x1p-40;
  double Rounding(std::span<const double> metrics) const;

  // The position of the reward's metric.
  std::size_t metric() const { return metric_; }
  const Limits& limits() const { return limits_; }
  ResultRule result() const { return result_; }

 private:
  double Transformed(double value) const;
  double Penalized(std::span<const double> metrics) const;
  // Returns the value to transform, in the metric's unit.
  double ValueOf(std::span<const double> metrics) const;

  std::size_t metric_ = 0;
  Limits limits_;
  ResultRule result_;
  LimitRule limit_rule_;
  Penalty penalty_;
  double penalty_weight_;
  Transform transform_;
  // Factor from the metric's unit to the transform's input; negative if less is better.
  double to_transform_ = 1;
  double reference_ = 0;                               // in units of the transform's input
  double scale_ = 1;                                   // factor on the transform's result
  double unit_ = 1;                                    // an accuracy of 1 in the metric's unit
  std::vector<std::pair<std::size_t, double>> terms_;  // metric and weight
};

}  // namespace lode::core
