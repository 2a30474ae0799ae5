// What is known about a pipeline's limits on metrics that the space itself computes.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace bo {

// Optimizers are not told the limits, but a limit is a smallest or largest value of a metric. So,
// if an architecture breaks a limit, it does so by one of the metrics that are outside the range of
// those that keep all limits, and every architecture that is as far out in each of these, or
// farther, breaks a limit too.
class MetricBounds {
 public:
  explicit MetricBounds(std::size_t metrics);

  // An architecture with these metrics keeps all limits, or breaks one.
  void Keep(std::span<const double> metrics);
  void Break(std::span<const double> metrics);

  // Whether an architecture with these metrics certainly breaks a limit.
  bool Exclude(std::span<const double> metrics) const;
  // Whether Exclude may be true for any metrics.
  bool knows_any() const { return !breaches_.empty(); }
  // Whether a limit on these metrics may be what an architecture breaks.
  bool MayExplain(std::span<const double> metrics) const { return !Outside(metrics).empty(); }

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  // An architecture that breaks a limit, and the metrics of which one is the reason.
  struct Breach {
    std::vector<double> metrics;
    std::vector<std::size_t> outside;
  };

  bool IsAsFarOut(std::span<const double> metrics, const Breach& breach) const;
  std::vector<std::size_t> Outside(std::span<const double> metrics) const;

  std::vector<double> least_kept_, most_kept_;  // of each metric; inverted before the first
  std::vector<Breach> breaches_;
  std::vector<std::vector<double>> early_;  // that broke a limit before one was kept
};

}  // namespace bo
