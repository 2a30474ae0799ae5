#include "toolkit/predictors/targets.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <lode/plugin.hpp>

namespace lode::predictors {
namespace {

std::vector<double> WithoutInfinity(std::span<const double> values) {
  double least = std::numeric_limits<double>::infinity();
  for (const double v : values) {
    if (std::isfinite(v)) { least = std::min(least, v); }
  }
  std::vector<double> finite;
  for (const double v : values) { finite.push_back(std::max(v, least)); }
  return finite;
}

std::vector<double> Standardized(std::vector<double> values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) { sum += v; }
  for (double& v : values) { v -= sum / count; }
  for (const double v : values) { squares += v * v; }
  const double deviation = std::sqrt(squares / count);
  for (double& v : values) { v = deviation > 0 ? v / deviation : 0; }
  return values;
}

std::vector<double> ExponentialScores(const std::vector<double>& values) {
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  const auto below = [&](auto at) { return static_cast<double>(at - sorted.begin()); };
  std::vector<double> scores;
  for (const double v : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), v);
    const double rank = (below(first) + below(last)) / 2;  // the mean, less 1/2
    scores.push_back(-math::Log(1 - rank / static_cast<double>(sorted.size())) - 1);
  }
  return scores;
}

}  // namespace

std::vector<double> TargetsOf(std::span<const double> values, Scale scale) {
  std::vector<double> finite = WithoutInfinity(values);
  if (scale == Scale::kStandard) { return Standardized(std::move(finite)); }
  return ExponentialScores(finite);
}

}  // namespace lode::predictors
