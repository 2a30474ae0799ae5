#include "core/compare/friedman.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

// Where TBB's headers are installed, <execution> would need its library.
#define BOOST_MATH_NO_CXX17_HDR_EXECUTION

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/trapezoidal.hpp>
#include <boost/math/tools/toms748_solve.hpp>

#include "core/compare/ranks.h"

namespace lode::core {
namespace {

// Ranks with the best, which has the largest value, first.
std::vector<double> RanksFromBest(const std::vector<double>& values) {
  std::vector<double> negated;
  std::ranges::transform(values, std::back_inserter(negated), std::negate());
  return MidRanks(negated);
}

// The probability that the range of n independent normal variables is at most q: one is the
// smallest, and the others are at most q above it.
double RangeProbability(double q, std::size_t n) {
  const boost::math::normal normal;
  const auto density = [&](double z) {
    const double within = cdf(normal, z + q) - cdf(normal, z);
    return pdf(normal, z) * std::pow(within, static_cast<double>(n - 1));
  };
  constexpr double kFar = 9;  // the density beyond is less than 1e-17
  return static_cast<double>(n) *
         boost::math::quadrature::trapezoidal(density, -kFar - q, kFar, 1e-10);
}

}  // namespace

FriedmanResult FriedmanTest(std::span<const std::vector<double>> blocks) {
  const std::size_t methods = blocks.front().size();
  const auto n = static_cast<double>(blocks.size()), k = static_cast<double>(methods);
  FriedmanResult result{std::vector<double>(methods)};
  double ties = 0;
  for (const std::vector<double>& block : blocks) {
    const std::vector<double> ranks = RanksFromBest(block);
    for (std::size_t i = 0; i < methods; ++i) { result.mean_ranks[i] += ranks[i]; }
    ties += TieTerm(block);
  }
  double squares = 0;
  for (double& rank : result.mean_ranks) { rank /= n; }
  for (const double rank : result.mean_ranks) { squares += std::pow(rank - (k + 1) / 2, 2); }
  const double untied = 1 - ties / (n * k * (k * k - 1));
  if (untied <= 0) { return result; }  // all are equal in every block
  result.statistic = 12 * n / (k * (k + 1)) * squares / untied;
  result.p = cdf(complement(boost::math::chi_squared(k - 1), result.statistic));
  return result;
}

double NemenyiDifference(std::size_t methods, std::size_t blocks, double alpha) {
  const auto k = static_cast<double>(methods);
  return StudentizedRange(methods, alpha) / std::sqrt(2.0) *
         std::sqrt(k * (k + 1) / (6 * static_cast<double>(blocks)));
}

double StudentizedRange(std::size_t variables, double alpha) {
  constexpr double kMost = 40;  // no range of so many variables as fit in memory is as large
  std::uintmax_t iterations = 100;
  const auto [low, high] = boost::math::tools::toms748_solve(
      [&](double q) { return RangeProbability(q, variables) - (1 - alpha); }, 1e-6, kMost,
      boost::math::tools::eps_tolerance<double>(30), iterations);
  return (low + high) / 2;
}

std::vector<std::vector<std::size_t>> GroupsWithin(std::span<const double> mean_ranks,
                                                   double difference) {
  const std::vector<std::size_t> order = AscendingOrder(mean_ranks);
  std::vector<std::vector<std::size_t>> groups;
  std::size_t covered = 0;  // by the groups so far
  for (std::size_t first = 0, last = 0; first < order.size(); ++first) {
    while (last < order.size() && mean_ranks[order[last]] - mean_ranks[order[first]] < difference) {
      ++last;
    }
    if (last - first > 1 && last > covered) {
      groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                          order.begin() + static_cast<std::ptrdiff_t>(last));
      covered = last;
    }
  }
  return groups;
}

}  // namespace lode::core
