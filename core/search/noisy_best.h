// The best of a search whose measurements scatter.
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

// Whether a metric scatters: then an architecture may be measured more than once.
bool AreNoisy(const std::vector<MetricDeclaration>& metrics);

// The largest of many noisy measurements is mostly luck. So architectures are compared by a lower
// confidence bound of their mean reward that holds for all of them at once:
//
//   mean - s * sqrt(2 * ln(A / (2 * kRisk)) / n)
//
// over the n measurements of each of A architectures: a normal variable is more than t deviations above
// its mean with a probability of exp(-t^2 / 2) / 2 at most, which makes kRisk for all A together. The
// variance s^2 is one for all architectures: the sum of squares around their means over the degrees of
// freedom, n - 1 of each that was measured twice or more. So one that was measured once has a bound,
// too. As long as none was measured twice, s is not known, and the bound is the mean.
class NoisyBest {
 public:
  static constexpr double kRisk = 0.05;

  // `metric`: the reward's. Limits are kept by an architecture whose mean metrics keep them. The
  // limits outlive it.
  NoisyBest(const Limits& limits, std::size_t metric) : limits_(limits), metric_(metric) {}

  // A measurement that succeeded. `step`: of the first trial of the architecture, if it is new.
  void Add(std::string_view architecture, std::uint64_t step, double reward,
           std::span<const double> metrics);

  // Takes the scatter seen by another for its own, beside what it sees itself.
  void AssumeScatter(const NoisyBest& other);

  // The best within the limits: means, how often it was measured, and the standard error of the
  // reward's metric. Of equal ones the first.
  std::optional<BestTrial> Best() const;

  // The `count` best, the best first.
  std::vector<BestTrial> Leading(std::size_t count) const;

 private:
  // Mean and sum of squared deviations, updated as Welford does: equal values leave no rounding.
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
