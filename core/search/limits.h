// The pipeline's limits on metrics, which an architecture must keep.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// One limit. `metric` is the position of its metric in the list.
struct Limit {
  std::size_t metric;
  std::optional<double> min, max;

  // Returns by how much a value breaks the limit, as a fraction of the limit (of 1 for a limit of
  // 0); 0 if it keeps the limit.
  double Violation(double value) const;
};

class Limits {
 public:
  // Takes the limits on metrics in the list and ignores the others.
  Limits(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics);

  bool empty() const { return limits_.empty(); }
  std::span<const Limit> list() const { return limits_; }

  // Returns the sum of the violations of all limits; 0 if all are kept. Metrics that are not known
  // yet (NaN) break no limit.
  double Violation(std::span<const double> metrics) const;

  // Returns whether one of the metrics first .. first + count - 1 has a limit.
  bool Concern(std::size_t first, std::size_t count) const;

 private:
  std::vector<Limit> limits_;
};

}  // namespace lode::core
