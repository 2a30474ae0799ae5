#include "core/compare/statistics.h"

#include <algorithm>
#include <cmath>

#include "core/compare/random_positions.h"
#include "core/compare/ranks.h"

namespace lode::core {
namespace {

// Returns the value below which a share of the sorted values is.
double Quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  if (part == 0) { return sorted[below]; }
  return std::isinf(sorted[below + 1]) ? sorted[below + 1]
                                       : sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

double ResampledMean(std::span<const double> values, RandomPositions& positions) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) { sum += values[positions.Below(values.size())]; }
  return sum / static_cast<double>(values.size());
}

template <class Draw>
Interval PercentileInterval(double level, std::size_t resamples, Draw draw) {
  std::vector<double> draws(resamples);
  std::ranges::generate(draws, draw);
  std::ranges::sort(draws);
  return {Quantile(draws, (1 - level) / 2), Quantile(draws, (1 + level) / 2)};
}

}  // namespace

Quartiles QuartilesOf(std::vector<double> values) {
  std::ranges::sort(values);
  return {Quantile(values, 0.25), Quantile(values, 0.5), Quantile(values, 0.75)};
}

std::vector<double> HolmAdjusted(std::span<const double> p) {
  const std::vector<std::size_t> order = AscendingOrder(p);
  std::vector<double> adjusted(p.size());
  double most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    most = std::max(most, std::min(1.0, p[order[i]] * static_cast<double>(order.size() - i)));
    adjusted[order[i]] = most;
  }
  return adjusted;
}

double ProbabilityOfLarger(std::span<const double> first, std::span<const double> second) {
  double larger = 0;
  for (const double a : first) {
    for (const double b : second) { larger += a > b ? 1 : a == b ? 0.5 : 0; }
  }
  return larger / (static_cast<double>(first.size()) * static_cast<double>(second.size()));
}

Interval BootstrapMean(std::span<const double> values, double level, std::size_t resamples) {
  RandomPositions positions;
  return PercentileInterval(level, resamples, [&] { return ResampledMean(values, positions); });
}

Interval BootstrapDifference(std::span<const double> first, std::span<const double> second,
                             double level, std::size_t resamples) {
  RandomPositions positions;
  return PercentileInterval(level, resamples, [&] {
    const double mean = ResampledMean(first, positions);
    return mean - ResampledMean(second, positions);
  });
}

}  // namespace lode::core
