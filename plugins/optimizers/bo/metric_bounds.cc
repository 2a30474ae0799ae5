#include "plugins/optimizers/bo/metric_bounds.h"

#include <algorithm>
#include <utility>

namespace bo {

MetricBounds::MetricBounds(std::size_t metrics)
    : least_kept_(metrics, kInfinity), most_kept_(metrics, -kInfinity) {}

void MetricBounds::Keep(std::span<const double> metrics) {
  if (Outside(metrics).empty()) { return; }
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    least_kept_[m] = std::min(least_kept_[m], metrics[m]);
    most_kept_[m] = std::max(most_kept_[m], metrics[m]);
  }
  // Fewer metrics may be the reason now.
  for (const Breach& breach : std::exchange(breaches_, {})) { Break(breach.metrics); }
  for (const std::vector<double>& early : std::exchange(early_, {})) { Break(early); }
}

void MetricBounds::Break(std::span<const double> metrics) {
  const bool is_early = !metrics.empty() && least_kept_[0] > most_kept_[0];
  if (is_early) {
    early_.emplace_back(metrics.begin(), metrics.end());
    return;
  }
  std::vector<std::size_t> outside = Outside(metrics);
  if (outside.empty() || Exclude(metrics)) { return; }
  breaches_.push_back({{metrics.begin(), metrics.end()}, std::move(outside)});
}

bool MetricBounds::Exclude(std::span<const double> metrics) const {
  return std::ranges::any_of(breaches_, [&](const Breach& b) { return IsAsFarOut(metrics, b); });
}

bool MetricBounds::IsAsFarOut(std::span<const double> metrics, const Breach& breach) const {
  return std::ranges::all_of(breach.outside, [&](std::size_t m) {
    return breach.metrics[m] > most_kept_[m] ? metrics[m] >= breach.metrics[m]
                                             : metrics[m] <= breach.metrics[m];
  });
}

// Returns the metrics that are outside the range of those that keep all limits.
std::vector<std::size_t> MetricBounds::Outside(std::span<const double> metrics) const {
  std::vector<std::size_t> outside;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (metrics[m] < least_kept_[m] || metrics[m] > most_kept_[m]) { outside.push_back(m); }
  }
  return outside;
}

}  // namespace bo
