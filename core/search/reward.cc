#include "core/search/reward.h"

#include <cmath>
#include <string>

#include "core/config/resolve.h"
#include "core/plugin/error.h"

namespace lode::core {

double ExponentialReward(double accuracy) { return std::pow(100.0, accuracy); }

double RelativeReward(double accuracy, double reference) {
  return std::pow(100.0, accuracy / reference) / 100.0 - 1.0;
}

Reward::Reward(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics)
    : transform_(config.transform) {
  if (const std::string wrong = CheckReward(config, metrics); !wrong.empty()) {
    throw HostError(wrong);
  }
  while (metrics[metric_].name != config.metric) {
    ++metric_;
  }
  if (transform_ == Transform::kIdentity) {
    scale_ = metrics[metric_].direction == LODE_MINIMIZE ? -1 : 1;
  } else {
    scale_ = metrics[metric_].unit == "percent" ? 0.01 : 1;
  }
  reference_ = config.reference * scale_;
}

double Reward::operator()(std::span<const double> metrics) const {
  const double value = metrics[metric_] * scale_;
  switch (transform_) {
    case Transform::kExponential:
      return ExponentialReward(value);
    case Transform::kRelative:
      return RelativeReward(value, reference_);
    default:
      return value;
  }
}

}  // namespace lode::core
