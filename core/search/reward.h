// What the optimizer maximises, computed from a trial's metrics.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// The paper's rewards. Acc and AccEnv as fractions in [0, 1].
double ExponentialReward(double accuracy);                 // eq. 3: 100^Acc
double RelativeReward(double accuracy, double reference);  // eq. 7: 100^(Acc / AccEnv) / 100 - 1

class Reward {
 public:
  // Throws HostError if the metric is unknown, measured on a test split without leave, or does not
  // fit the transform.
  Reward(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics);

  // Larger is better. `metrics` are finite, in the order given at construction.
  double operator()(std::span<const double> metrics) const;

  // Which of the metrics it is made of.
  std::size_t metric() const { return metric_; }

 private:
  std::size_t metric_ = 0;
  Transform transform_;
  double scale_ =
      1;  // from the metric's unit to what the transform takes; negative if less is better
  double reference_ = 0;  // in what the transform takes
};

}  // namespace lode::core
