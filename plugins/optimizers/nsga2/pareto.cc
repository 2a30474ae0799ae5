#include "plugins/optimizers/nsga2/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace nsga2 {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::size_t> Indices(std::size_t count) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

// An order in which no point is dominated by a later one.
bool ComesBefore(const Point& a, const Point& b) {
  if (a.violation != b.violation) { return a.violation < b.violation; }
  return std::ranges::lexicographical_compare(b.objectives, a.objectives);
}

std::vector<std::vector<std::size_t>> FrontsOf(std::span<const std::size_t> numbers) {
  std::vector<std::vector<std::size_t>> fronts;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= fronts.size()) { fronts.resize(numbers[i] + 1); }
    fronts[numbers[i]].push_back(i);
  }
  return fronts;
}

}  // namespace

bool Dominates(const Point& a, const Point& b) {
  if (a.violation > 0 || b.violation > 0) { return a.violation < b.violation; }
  bool better = false;
  for (std::size_t m = 0; m < a.objectives.size(); ++m) {
    if (a.objectives[m] < b.objectives[m]) { return false; }
    better = better || a.objectives[m] > b.objectives[m];
  }
  return better;
}

// Takes the points in an order in which points only dominate later ones, so that a point's front is
// final when it is found; and since everything that a front dominates is also dominated by all
// fronts before it, that is a binary search. (Zhang, Tian, Cheng, Jin: An Efficient Approach to
// Nondominated Sorting for Evolutionary Multiobjective Optimization, IEEE TEC 19(2), 2015,
// algorithm ENS-BS.)
std::vector<std::size_t> FrontNumbers(std::span<const Point> points) {
  std::vector<std::size_t> order = Indices(points.size());
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return ComesBefore(points[a], points[b]); });
  std::vector<std::vector<std::size_t>> fronts;
  std::vector<std::size_t> numbers(points.size());
  for (const std::size_t i : order) {
    // The latest members are the most likely to dominate.
    const auto dominates = [&](const std::vector<std::size_t>& front) {
      return std::any_of(front.rbegin(), front.rend(),
                         [&](std::size_t j) { return Dominates(points[j], points[i]); });
    };
    const auto at = std::partition_point(fronts.begin(), fronts.end(), dominates);
    numbers[i] = static_cast<std::size_t>(at - fronts.begin());
    if (at == fronts.end()) { fronts.emplace_back(); }
    fronts[numbers[i]].push_back(i);
  }
  return numbers;
}

std::vector<double> CrowdingDistances(std::span<const Point> points) {
  std::vector<double> distances(points.size(), 0);
  if (points.empty()) { return distances; }
  for (std::size_t m = 0; m < points.front().objectives.size(); ++m) {
    const auto value = [&](std::size_t i) { return points[i].objectives[m]; };
    std::vector<std::size_t> order = Indices(points.size());
    std::ranges::stable_sort(order, {}, value);
    const double range = value(order.back()) - value(order.front());
    if (range == 0 || !std::isfinite(range)) { continue; }
    distances[order.front()] = distances[order.back()] = kInfinity;
    for (std::size_t k = 1; k + 1 < order.size(); ++k) {
      distances[order[k]] += (value(order[k + 1]) - value(order[k - 1])) / range;
    }
  }
  return distances;
}

bool IsBetter(const Standing& a, const Standing& b) {
  if (a.front != b.front) { return a.front < b.front; }
  return a.crowding > b.crowding;
}

std::vector<Standing> SelectSurvivors(std::span<const Point> points, std::size_t count) {
  std::vector<Standing> survivors;
  const auto fronts = FrontsOf(FrontNumbers(points));
  for (std::size_t f = 0; survivors.size() < count; ++f) {
    std::vector<Point> members;
    for (const std::size_t i : fronts[f]) { members.push_back(points[i]); }
    const std::vector<double> distances = CrowdingDistances(members);
    for (std::size_t k = 0; k < members.size(); ++k) {
      survivors.push_back({fronts[f][k], f, distances[k]});
    }
  }
  std::ranges::stable_sort(survivors, IsBetter);
  survivors.resize(count);
  return survivors;
}

}  // namespace nsga2
