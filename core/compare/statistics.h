// Statistics of comparisons, beside those of rank_tests.h and friedman.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace lode::core {

struct Quartiles {
  double lower, median, upper;
};

// Between two values, a quartile is interpolated linearly (type 7 of Hyndman and Fan, The American
// Statistician 50, 1996: the default of R and NumPy). Next to an infinite value, it is infinite.
// REQUIRES: a value.
Quartiles QuartilesOf(std::vector<double> values);

// Returns p corrected for testing several hypotheses together (Holm, Scandinavian Journal of
// Statistics 6, 1979), in the order given: at most a share of alpha of such families has a p of at
// most alpha by chance.
std::vector<double> HolmAdjusted(std::span<const double> p);

// Vargha and Delaney's A (Journal of Educational and Behavioral Statistics 25, 2000): the
// probability that a value of the first sample is larger than one of the second, half of ties.
// REQUIRES: values in both.
double ProbabilityOfLarger(std::span<const double> first, std::span<const double> second);

struct Interval {
  double low, high;
};

inline constexpr std::size_t kResamples = 2000;

// Returns the interval that contains the mean with a probability of `level`, from the percentiles
// of the means of some samples drawn with replacement (Efron, Annals of Statistics 7, 1979). The
// same values give the same interval on any machine. REQUIRES: a value and a sample.
Interval BootstrapMean(std::span<const double> values, double level, std::size_t resamples);

// Does the same for the difference of two samples' means. REQUIRES: values in both.
Interval BootstrapDifference(std::span<const double> first, std::span<const double> second,
                             double level, std::size_t resamples);

}  // namespace lode::core
