#include "core/search/limits.h"

#include <algorithm>
#include <cmath>

#include "core/search/metric_index.h"

namespace lode::core {

double Limit::Violation(double value) const {
  double excess = 0;
  double bound = 0;
  if (max && value > *max) {
    excess = value - *max;
    bound = std::abs(*max);
  } else if (min && value < *min) {
    excess = *min - value;
    bound = std::abs(*min);
  }
  return bound > 0 ? excess / bound : excess;
}

Limits::Limits(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics) {
  for (const LimitConfig& limit : config.limits) {
    const std::size_t metric = MetricIndex(metrics, limit.metric);
    if (metric < metrics.size()) { limits_.push_back({metric, limit.min, limit.max}); }
  }
}

double Limits::Violation(std::span<const double> metrics) const {
  double sum = 0;
  for (const Limit& limit : limits_) { sum += limit.Violation(metrics[limit.metric]); }
  return sum;
}

bool Limits::Concern(std::size_t first, std::size_t count) const {
  return std::ranges::any_of(
      limits_, [&](const Limit& l) { return l.metric >= first && l.metric < first + count; });
}

}  // namespace lode::core
