#include "core/compare/rank_tests.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/compare/ranks.h"

namespace lode::core {
namespace {

// Twice a mid-rank is an integer, so that sums of ranks are positions in a table.
std::size_t Doubled(double rank) { return static_cast<std::size_t>(std::lround(2 * rank)); }

// A number of ways for each sum. Counts are exact: at most 2^50 of them.
using Ways = std::vector<double>;

// Returns twice the smaller tail of a distribution at a sum, at most 1.
double TwoTails(const Ways& ways, std::size_t sum) {
  const auto at = ways.begin() + static_cast<std::ptrdiff_t>(sum);
  const double all = std::accumulate(ways.begin(), ways.end(), 0.0);
  const double below = std::accumulate(ways.begin(), at + 1, 0.0);
  const double above = std::accumulate(at, ways.end(), 0.0);
  return std::min(1.0, 2 * std::min(below, above) / all);
}

// `distance`: of a sum of ranks from its mean.
double TwoNormalTails(double distance, double variance) {
  constexpr double kContinuity = 0.5;
  if (variance <= 0) { return 1; }
  const double z = std::max(0.0, std::abs(distance) - kContinuity) / std::sqrt(variance);
  return std::min(1.0, std::erfc(z / std::sqrt(2.0)));
}

std::size_t SumDoubled(std::span<const double> ranks) {
  std::size_t sum = 0;
  for (const double rank : ranks) { sum += Doubled(rank); }
  return sum;
}

// Returns in how many ways each sum comes from some of the ranks.
Ways SumsOfSubsets(std::span<const double> ranks) {
  Ways ways(SumDoubled(ranks) + 1);
  ways[0] = 1;
  for (const double rank : ranks) {
    const std::size_t step = Doubled(rank);
    for (std::size_t sum = ways.size(); sum-- > step;) { ways[sum] += ways[sum - step]; }
  }
  return ways;
}

// Returns in how many ways each sum comes from `count` of the ranks.
Ways SumsOfChoices(std::span<const double> ranks, std::size_t count) {
  std::vector<Ways> ways(count + 1, Ways(SumDoubled(ranks) + 1));
  ways[0][0] = 1;
  for (const double rank : ranks) {
    const std::size_t step = Doubled(rank);
    for (std::size_t taken = count; taken > 0; --taken) {
      for (std::size_t sum = ways[taken].size(); sum-- > step;) {
        ways[taken][sum] += ways[taken - 1][sum - step];
      }
    }
  }
  return ways[count];
}

// The ranks of differences that are not 0.
struct SignedRanks {
  std::vector<double> ranks;
  double positive = 0, all = 0;  // sums
};

SignedRanks RankDifferences(std::span<const double> first, std::span<const double> second) {
  std::vector<double> sizes;
  for (std::size_t i = 0; i < first.size(); ++i) {
    sizes.push_back(std::abs(first[i] - second[i]));
  }
  const std::vector<double> ranks = MidRanks(sizes);
  SignedRanks result;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (sizes[i] == 0) { continue; }
    result.ranks.push_back(ranks[i]);
    result.positive += first[i] > second[i] ? ranks[i] : 0;
    result.all += ranks[i];
  }
  return result;
}

double Choices(std::size_t all, std::size_t some) {
  double ways = 1;
  for (std::size_t i = 1; i <= some; ++i) {
    ways *= static_cast<double>(all - some + i) / static_cast<double>(i);
  }
  return ways;
}

}  // namespace

TestResult WilcoxonSignedRank(std::span<const double> first, std::span<const double> second) {
  const SignedRanks differences = RankDifferences(first, second);
  const double distance = differences.positive - differences.all / 2;
  if (first.size() <= kMostExact) {
    return {TwoTails(SumsOfSubsets(differences.ranks), Doubled(differences.positive)), distance,
            true};
  }
  double squares = 0;
  for (const double rank : differences.ranks) { squares += rank * rank; }
  return {TwoNormalTails(distance, squares / 4), distance, false};
}

TestResult MannWhitney(std::span<const double> first, std::span<const double> second) {
  std::vector<double> values(first.begin(), first.end());
  values.insert(values.end(), second.begin(), second.end());
  const std::vector<double> ranks = MidRanks(values);
  const auto n = static_cast<double>(first.size()), m = static_cast<double>(second.size());
  const double sum = std::accumulate(
      ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(first.size()), 0.0);
  const double distance = sum - n * (n + m + 1) / 2;
  if (values.size() <= kMostExact) {
    return {TwoTails(SumsOfChoices(ranks, first.size()), Doubled(sum)), distance, true};
  }
  const double variance = n * m / 12 * (n + m + 1 - TieTerm(values) / ((n + m) * (n + m - 1)));
  return {TwoNormalTails(distance, variance), distance, false};
}

double SmallestPaired(std::size_t pairs) {
  return std::min(1.0, std::exp2(1 - static_cast<double>(pairs)));
}

double SmallestUnpaired(std::size_t first, std::size_t second) {
  return std::min(1.0, 2 / Choices(first + second, first));
}

}  // namespace lode::core
