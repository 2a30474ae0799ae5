// Finds the best architecture of a search with noisy measurements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/search/limits.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns whether a metric is noisy; then an architecture may be measured more than once.
bool AreNoisy(const std::vector<MetricDeclaration>& metrics);

// The largest of many noisy measurements is mostly luck. Architectures are therefore compared by a
// lower confidence bound of their mean reward that holds for all of them at once:
//
//   mean - s * sqrt(2 * ln(A / (2 * kRisk)) / n)
//
// over the n measurements of each of A architectures: a normal variable exceeds its mean by more
// than t standard deviations with a probability of at most exp(-t^2 / 2) / 2, which gives kRisk for
// all A together. All architectures share one variance s^2: the sum of squared deviations from
// their means over the degrees of freedom, n - 1 for each that was measured at least twice. This
// bounds an architecture that was measured once, too. As long as none was measured twice, s is
// unknown, and the bound is the mean.
class NoisyBest {
 public:
  static constexpr double kRisk = 0.05;

  // `metric` is the reward's metric. An architecture keeps the limits if its mean metrics keep
  // them. `limits` outlive *this.
  NoisyBest(const Limits& limits, std::size_t metric) : limits_(limits), metric_(metric) {}

  // Adds a successful measurement. `step` is the architecture's first trial; it is ignored unless
  // the architecture is new.
  void Add(std::string_view architecture, std::uint64_t step, double reward,
           std::span<const double> metrics);

  // Adopts the scatter that `other` has seen, in addition to its own.
  void AssumeScatter(const NoisyBest& other);

  // Returns the best architecture within the limits: mean values, the number of measurements, and
  // the standard error of the reward's metric. Of equal ones, the first.
  std::optional<BestTrial> Best() const;

  // Returns the `count` best, the best first.
  std::vector<BestTrial> Leading(std::size_t count) const;

 private:
  // Mean and sum of squared deviations, updated by Welford's method: equal values leave no rounding
  // error.
  struct Moments {
    double mean = 0, squares = 0;
    void Add(double value, double count);
  };
  struct Measured {
    std::string architecture;
    std::uint64_t step = 0;
    std::uint64_t count = 0;
    Moments reward;
    std::vector<Moments> metrics;
  };
  // Pooled over all architectures.
  struct Scatter {
    double degrees = 0;
    double reward_squares = 0, metric_squares = 0;
  };

  Scatter Pooled() const;
  double BoundOf(const Measured& measured, const Scatter& scatter) const;
  BestTrial Describe(const Measured& measured, const Scatter& scatter) const;

  const Limits& limits_;
  const std::size_t metric_;
  std::vector<Measured> measured_;  // in the order of their first trials
  std::unordered_map<std::string, std::size_t> places_;
  Scatter assumed_;
};

}  // namespace lode::core
