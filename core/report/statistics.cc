#include "core/report/statistics.h"

// Where TBB's headers are installed, <execution> would need its library.
#define BOOST_MATH_NO_CXX17_HDR_EXECUTION

#include <boost/math/statistics/univariate_statistics.hpp>
#include <cmath>
#include <limits>

namespace lode::core {

Statistic StatisticOf(std::span<const double> values) {
  if (values.empty()) { return {0, std::numeric_limits<double>::quiet_NaN(), std::nullopt}; }
  if (values.size() == 1) { return {1, values.front(), std::nullopt}; }
  const auto [mean, variance] =
      boost::math::statistics::mean_and_sample_variance(values.begin(), values.end());
  return {values.size(), mean, std::sqrt(variance)};
}

}  // namespace lode::core
