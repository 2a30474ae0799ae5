// Several goals: dominance, the Pareto front, and its hypervolume.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// One value for each goal; larger is better.
using Objectives = std::vector<double>;

// Returns whether `a` is at least as good as `b` in each objective and better in one. REQUIRES:
// equal sizes.
bool Dominates(std::span<const double> a, std::span<const double> b);

// Returns the volume that the points dominate above `reference`. Points that are not above it in
// every objective add nothing. Exact. Takes time n log n for two objectives; each further one
// multiplies that by up to n.
double Hypervolume(std::vector<Objectives> points, std::span<const double> reference);

// The goals of a pipeline as objectives.
class Goals {
 public:
  // Takes the goals that the pipeline states. Without any, takes its trade-offs: the reward's
  // metric, those of `add`, and those that `limits` bound on their bad side. Their reference values
  // are then the limit, and 0 for an accuracy. REQUIRES: CheckReward finds no mistake.
  Goals(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics);

  // The positions of the goals' metrics, in order.
  const std::vector<std::size_t>& metrics() const { return metrics_; }
  std::size_t size() const { return metrics_.size(); }
  bool stated() const { return stated_; }

  Objectives ObjectivesOf(std::span<const double> metrics) const;

  // The reference point in the metrics' units; none if a goal has no reference.
  const std::optional<std::vector<double>>& reference() const { return reference_; }

  // Returns the hypervolume of a front, given as rows of all metrics; none without a reference
  // point.
  std::optional<double> HypervolumeOf(const std::vector<std::vector<double>>& front) const;

 private:
  void Add(std::size_t metric, std::optional<double> reference,
           const std::vector<MetricDeclaration>& metrics);

  bool stated_;
  std::vector<std::size_t> metrics_;
  std::vector<double> signs_;  // -1 where less is better
  std::optional<std::vector<double>> reference_ = std::vector<double>();
};

// The points that no other point dominates; of equal points, the first.
template <class T>
class ParetoFront {
 public:
  struct Point {
    Objectives objectives;
    T value;
  };

  // Returns whether the point is on the front now; only then calls `make` for its value.
  template <class Make>
  bool Add(const Objectives& objectives, Make&& make) {
    for (const Point& point : points_) {
      if (point.objectives == objectives || Dominates(point.objectives, objectives)) {
        return false;
      }
    }
    std::erase_if(points_, [&](const Point& p) { return Dominates(objectives, p.objectives); });
    points_.push_back({objectives, make()});
    return true;
  }

  // Returns the values, the best in the first objective first.
  std::vector<T> Sorted() const {
    std::vector<Point> order = points_;
    std::ranges::sort(order, std::greater(), &Point::objectives);
    std::vector<T> values;
    std::ranges::transform(order, std::back_inserter(values), &Point::value);
    return values;
  }

 private:
  std::vector<Point> points_;
};

}  // namespace lode::core
