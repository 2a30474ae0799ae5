// Statistics over seeds.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace lode::core {

struct Statistic {
  std::size_t count = 0;
  double mean = 0;            // NaN if count is 0
  std::optional<double> std;  // sample standard deviation (n - 1); none for fewer than two values
};

Statistic Describe(std::span<const double> values);

// Returns "73.07 ± 0.49", "73.07", or "-" without values, with `decimals` digits after the point.
std::string FormatStatistic(const Statistic& statistic, int decimals);

}  // namespace lode::core
