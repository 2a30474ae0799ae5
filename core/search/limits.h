// The pipeline's limits on metrics: what an architecture must keep to.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// One limit, with its metric found.
struct Limit {
  std::size_t metric;
  std::optional<double> min, max;

  // How far a value breaks it, as a share of the limit (of 1 for a limit of 0); 0 if it keeps it.
  double Violation(double value) const;
};

class Limits {
 public:
  // Those on metrics of the list; the others are left out.
  Limits(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics);

  bool empty() const { return limits_.empty(); }
  std::span<const Limit> list() const { return limits_; }

  // The sum over all limits of how far they are broken; 0 if all are kept. Metrics that are not
  // known yet, NaN, break nothing.
  double Violation(std::span<const double> metrics) const;

  // Whether one of the metrics first .. first + count - 1 has a limit.
  bool Concern(std::size_t first, std::size_t count) const;

 private:
  std::vector<Limit> limits_;
};

}  // namespace lode::core
