// Statistics over seeds, by Boost.Math.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace lode::core {

struct Statistic {
  std::size_t count = 0;
  double mean = 0;            // NaN if count is 0
  std::optional<double> std;  // sample standard deviation (n - 1); none for fewer than two values
};

// Equal values leave no rounding error: their mean is the value, and their deviation 0.
Statistic StatisticOf(std::span<const double> values);

}  // namespace lode::core
