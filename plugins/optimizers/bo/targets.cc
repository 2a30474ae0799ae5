#include "plugins/optimizers/bo/targets.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "toolkit/statistics/normal.h"

namespace bo {
namespace {

// Returns the positions of the values, ascending.
std::vector<std::size_t> Ascending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

void Standardize(std::span<double> scores) {
  const auto count = static_cast<double>(scores.size());
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / count;
  double squares = 0;
  for (double& s : scores) {
    s -= mean;
    squares += s * s;
  }
  if (squares == 0) { return; }
  const double scale = std::sqrt(count / squares);
  for (double& s : scores) { s *= scale; }
}

}  // namespace

std::vector<double> NormalScores(std::span<const double> values, double clip) {
  const std::vector<std::size_t> order = Ascending(values);
  const auto count = static_cast<double>(values.size());
  const auto clipped = static_cast<std::size_t>(clip * count);
  std::vector<double> scores(values.size());
  for (std::size_t first = 0; first < order.size();) {
    const double value = values[order[std::max(first, clipped)]];
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] <= value) { ++end; }
    const double rank = static_cast<double>(first + end - 1) / 2;
    const double score = lode::statistics::NormalQuantile((rank + 0.5) / count);
    for (; first < end; ++first) { scores[order[first]] = score; }
  }
  if (!scores.empty()) { Standardize(scores); }
  return scores;
}

}  // namespace bo
