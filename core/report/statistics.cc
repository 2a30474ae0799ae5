#include "core/report/statistics.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

namespace lode::core {
namespace {

std::string Fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

}  // namespace

Statistic Describe(std::span<const double> values) {
  Statistic s{values.size(), std::numeric_limits<double>::quiet_NaN(), std::nullopt};
  if (values.empty()) {
    return s;
  }
  const auto n = static_cast<double>(values.size());
  s.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() > 1) {
    double squares = 0;
    for (const double v : values) {
      squares += (v - s.mean) * (v - s.mean);
    }
    s.std = std::sqrt(squares / (n - 1));
  }
  return s;
}

std::string FormatStatistic(const Statistic& s, int decimals) {
  if (s.count == 0) {
    return "-";
  }
  return Fixed(s.mean, decimals) + (s.std ? " ± " + Fixed(*s.std, decimals) : "");
}

}  // namespace lode::core
