// What the optimizer maximises, computed from a trial's metrics.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/limits.h"

namespace lode::core {

// The paper's rewards. Acc and AccEnv as fractions in [0, 1].
double ExponentialReward(double accuracy);                 // eq. 3: 100^Acc
double RelativeReward(double accuracy, double reference);  // eq. 7: 100^(Acc / AccEnv) / 100 - 1

// An accuracy for a metric that is `share` times its limit. MnasNet's soft constraint: Acc *
// share^weight; TuNAS's absolute reward: Acc + weight * |share - 1|.
double SoftPenalty(double accuracy, double share, double weight);
double AbsolutePenalty(double accuracy, double share, double weight);

class Reward {
 public:
  // Throws ConfigError if it cannot be made of these metrics.
  Reward(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics);

  // Larger is better. `metrics` are finite, in the order given at construction.
  double operator()(std::span<const double> metrics) const;

  // How far apart two rewards of the same metrics may be that differ by rounding only, as those of
  // two machines or versions: kRounding of the terms that a reward is the sum of. Some thousand
  // roundings would add up to it, and no metric is reported to so many digits.
  static constexpr double kRounding = 0x1p-40;
  double Rounding(std::span<const double> metrics) const;

  // Which of the metrics it is made of.
  std::size_t metric() const { return metric_; }
  const Limits& limits() const { return limits_; }

 private:
  double Transformed(double value) const;
  double Penalized(std::span<const double> metrics) const;
  // The value that the transform gets: in the metric's unit.
  double ValueOf(std::span<const double> metrics) const;

  std::size_t metric_ = 0;
  Limits limits_;
  LimitRule limit_rule_;
  Penalty penalty_;
  double penalty_weight_;
  Transform transform_;
  // From the metric's unit to what the transform takes; negative if less is better.
  double to_transform_ = 1;
  double reference_ = 0;                               // in what the transform takes
  double scale_ = 1;                                   // on what it gives
  double unit_ = 1;                                    // an accuracy of 1 in the metric's unit
  std::vector<std::pair<std::size_t, double>> terms_;  // metric and weight
};

}  // namespace lode::core
