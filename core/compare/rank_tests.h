// Tests of whether one of two samples tends to larger values.
#pragma once

#include <cstddef>
#include <span>

namespace lode::core {

struct TestResult {
  double p = 1;        // two-sided: twice the smaller tail, at most 1
  double effect = 0;   // > 0: the first sample tends to larger values; < 0: the second
  bool exact = false;  // p is from the exact distribution, else from the normal approximation
};

// From this many values on, p is approximated.
inline constexpr std::size_t kMostExact = 50;

// Wilcoxon's signed-rank test of pairs (Biometrics Bulletin 1, 1945). Pairs without a difference
// keep their ranks, but count for neither side (Pratt, JASA 54, 1959). p is exact for at most
// kMostExact pairs: the distribution over all signs of the ranks that the data have, equal ones
// included. Beyond that, it is the normal approximation with the variance of these ranks and a
// correction for continuity. REQUIRES: as many values in both.
TestResult WilcoxonSignedRank(std::span<const double> first, std::span<const double> second);

// The test by Mann and Whitney (Annals of Mathematical Statistics 18, 1947) of independent samples.
// p is exact for at most kMostExact values in both together: the distribution over all divisions of
// the ranks that the data have. Beyond that, it is the normal approximation, corrected for ties and
// for continuity. REQUIRES: values in both.
TestResult MannWhitney(std::span<const double> first, std::span<const double> second);

// Returns the smallest p that these tests can have, whatever the values are.
double SmallestPaired(std::size_t pairs);
double SmallestUnpaired(std::size_t first, std::size_t second);

}  // namespace lode::core
