// Comparison of points with several goals and a limit: constrained domination, the fronts of a
// non-dominated sort, crowding distances, and the selection that NSGA-II makes with them.
//
// Deb, Pratap, Agarwal, Meyarivan: A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II,
// IEEE Transactions on Evolutionary Computation 6(2), 2002, sections III and VI.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nsga2 {

// The values of an individual that are compared. No value is NaN; all points of one call have the
// same number of objectives, at least one.
struct Point {
  std::vector<double> objectives;  // larger is better
  double violation = 0;            // 0 if it keeps the limits, otherwise by how much it breaks them
};

// Constrained domination (definition 1): a point that keeps the limits dominates one that does not;
// of two that do not, the one with the smaller violation dominates; of two that do, a dominates b
// if it is nowhere worse and somewhere better.
bool Dominates(const Point& a, const Point& b);

// Returns the front of each point, 0 the best: front k contains the points that are dominated only
// by points of fronts 0 .. k-1. At worst O(M N^2) comparisons for N points of M objectives, O(N)
// memory.
std::vector<std::size_t> FrontNumbers(std::span<const Point> points);

// Returns the crowding distance of each point among all given ones, which form one front: the sum
// over the objectives of the gap between its neighbors in that objective, as a fraction of the
// front's range in it; infinite at both ends of every range. An objective in which the front has no
// finite range adds nothing. Among points equal in an objective the first given counts as the
// smallest.
std::vector<double> CrowdingDistances(std::span<const Point> points);

// A point's place in a population, as used by the crowded comparison.
struct Standing {
  std::size_t index;  // of the point
  std::size_t front;
  double crowding;  // in its front
};

// Crowded comparison: the better front wins; within a front, the larger crowding distance.
bool IsBetter(const Standing& a, const Standing& b);

// Returns the `count` points that survive: whole fronts from the best on, and from the front that
// does not fit those with the largest crowding distances, the first given among equals. Best first.
// Fronts and distances are those among all points. REQUIRES: count <= points.size().
std::vector<Standing> SelectSurvivors(std::span<const Point> points, std::size_t count);

}  // namespace nsga2
