#include "core/search/pareto.h"

#include <algorithm>
#include <utility>

#include "core/search/metric_index.h"

namespace lode::core {
namespace {

// Returns the volume that points dominate, for two objectives, in one sweep.
double Area(std::vector<Objectives>& points, std::span<const double> reference) {
  std::ranges::sort(points, std::greater());
  double area = 0;
  double height = reference[1];
  for (const Objectives& point : points) {
    if (point[1] > height) {
      area += (point[0] - reference[0]) * (point[1] - height);
      height = point[1];
    }
  }
  return area;
}

// Returns the corners of what both `point` and each of `points` dominate, in the first `dimensions`
// objectives; only those that no other dominates.
std::vector<Objectives> Shared(const Objectives& point, std::span<const Objectives> points,
                               std::size_t dimensions) {
  ParetoFront<Objectives> front;
  for (const Objectives& other : points) {
    Objectives corner(dimensions);
    std::ranges::transform(std::span(point).first(dimensions), other, corner.begin(),
                           [](double a, double b) { return std::min(a, b); });
    front.Add(corner, [&] { return corner; });
  }
  return front.Sorted();
}

// Takes the points in ascending order of the last objective. Each adds the part of its box that no
// later point dominates. Later points are at least as high in the last objective, so that part is a
// prism over the other objectives (While, Bradstreet and Barone, A fast way of calculating exact
// hypervolumes, IEEE TEC 2012).
double Volume(std::vector<Objectives> points, std::span<const double> reference) {
  if (reference.size() == 1) {
    return points.empty() ? 0 : std::ranges::max(points)[0] - reference[0];
  }
  if (reference.size() == 2) { return Area(points, reference); }
  const std::size_t last = reference.size() - 1;
  const auto base = reference.first(last);
  std::ranges::stable_sort(points, {}, [last](const Objectives& p) { return p[last]; });
  double volume = 0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    double box = 1;
    for (std::size_t i = 0; i < last; ++i) { box *= points[k][i] - reference[i]; }
    const auto shared = Shared(points[k], std::span(points).subspan(k + 1), last);
    volume += (points[k][last] - reference[last]) * (box - Volume(shared, base));
  }
  return volume;
}

}  // namespace

bool Dominates(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] < b[i]) { return false; }
    better = better || a[i] > b[i];
  }
  return better;
}

double Hypervolume(std::vector<Objectives> points, std::span<const double> reference) {
  std::erase_if(points, [&](const Objectives& point) {
    return !std::ranges::equal(point, reference, std::ranges::greater());
  });
  return Volume(std::move(points), reference);
}

Goals::Goals(const RewardConfig& config, const std::vector<MetricDeclaration>& metrics)
    : stated_(!config.goals.empty()) {
  for (const GoalConfig& goal : config.goals) {
    Add(MetricIndex(metrics, goal.metric), goal.reference, metrics);
  }
  if (stated_) { return; }
  const std::size_t metric = MetricIndex(metrics, config.metric);
  Add(metric, IsAccuracy(metrics[metric]) ? std::optional(0.0) : std::nullopt, metrics);
  for (const LimitConfig& limit : config.limits) {
    const std::size_t limited = MetricIndex(metrics, limit.metric);
    const bool less = metrics[limited].direction == LODE_MINIMIZE;
    if (const auto worst = less ? limit.max : limit.min) { Add(limited, worst, metrics); }
  }
  for (const TermConfig& term : config.add) {
    Add(MetricIndex(metrics, term.metric), std::nullopt, metrics);
  }
}

void Goals::Add(std::size_t metric, std::optional<double> reference,
                const std::vector<MetricDeclaration>& metrics) {
  if (std::ranges::find(metrics_, metric) != metrics_.end()) { return; }
  metrics_.push_back(metric);
  signs_.push_back(metrics[metric].direction == LODE_MINIMIZE ? -1 : 1);
  if (reference && reference_) {
    reference_->push_back(*reference);
  } else {
    reference_.reset();
  }
}

Objectives Goals::ObjectivesOf(std::span<const double> metrics) const {
  Objectives objectives;
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    objectives.push_back(signs_[i] * metrics[metrics_[i]]);
  }
  return objectives;
}

std::optional<double> Goals::HypervolumeOf(const std::vector<std::vector<double>>& front) const {
  if (!reference_) { return std::nullopt; }
  std::vector<Objectives> points;
  std::ranges::transform(front, std::back_inserter(points),
                         [this](const auto& metrics) { return ObjectivesOf(metrics); });
  Objectives corner = *reference_;
  for (std::size_t i = 0; i < corner.size(); ++i) { corner[i] *= signs_[i]; }
  return Hypervolume(std::move(points), corner);
}

}  // namespace lode::core
