#include "plugins/optimizers/nsga2/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <lode/plugin.hpp>
#include <lode/testing.hpp>
#include <optional>
#include <set>
#include <utility>

namespace nsga2 {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Points with few distinct values, so that ties and duplicates are common; with `limits` about half
// of them break a limit.
std::vector<Point> RandomPoints(lode::Random random, std::size_t count, std::size_t objectives,
                                std::uint64_t values, bool limits) {
  std::vector<Point> points(count);
  for (Point& p : points) {
    for (std::size_t m = 0; m < objectives; ++m) {
      p.objectives.push_back(static_cast<double>(random.Below(values)) - 2);
    }
    if (limits && random.Below(2) == 0) { p.violation = static_cast<double>(random.Below(4)) / 4; }
  }
  return points;
}

// Calls check(points) on many sets of points.
template <class Check>
void ForManySets(Check&& check) {
  lode::test::TestHost host(7);
  const lode::Random random = host.host().Random();
  for (const std::size_t objectives : {1, 2, 3, 5}) {
    for (const std::uint64_t values : {2, 5, 1000}) {
      for (const std::size_t count : {0, 1, 2, 3, 17, 60}) {
        for (const bool limits : {false, true}) {
          check(RandomPoints(random, count, objectives, values, limits));
        }
      }
    }
  }
}

// The definition, word for word.
bool DominatesByDefinition(const Point& a, const Point& b) {
  const bool a_keeps = a.violation == 0, b_keeps = b.violation == 0;
  if (a_keeps && !b_keeps) { return true; }
  if (!a_keeps && !b_keeps) { return a.violation < b.violation; }
  if (!a_keeps && b_keeps) { return false; }
  int worse = 0, better = 0;
  for (std::size_t m = 0; m < a.objectives.size(); ++m) {
    worse += a.objectives[m] < b.objectives[m];
    better += a.objectives[m] > b.objectives[m];
  }
  return worse == 0 && better > 0;
}

// Peels off the points that no remaining point dominates.
std::vector<std::size_t> FrontsByPeeling(const std::vector<Point>& points) {
  std::vector<std::size_t> numbers(points.size());
  std::set<std::size_t> left;
  for (std::size_t i = 0; i < points.size(); ++i) { left.insert(i); }
  for (std::size_t front = 0; !left.empty(); ++front) {
    std::vector<std::size_t> best;
    for (const std::size_t i : left) {
      if (std::none_of(left.begin(), left.end(), [&](std::size_t j) {
            return DominatesByDefinition(points[j], points[i]);
          })) {
        best.push_back(i);
      }
    }
    for (const std::size_t i : best) {
      numbers[i] = front;
      left.erase(i);
    }
  }
  return numbers;
}

// Finds each point's neighbors by search among all: the next smaller and larger (value, position).
std::vector<double> CrowdingBySearch(const std::vector<Point>& points) {
  std::vector<double> distances(points.size(), 0);
  const std::size_t objectives = points.empty() ? 0 : points[0].objectives.size();
  for (std::size_t m = 0; m < objectives; ++m) {
    using Place = std::pair<double, std::size_t>;
    std::vector<Place> places;
    for (std::size_t i = 0; i < points.size(); ++i) {
      places.emplace_back(points[i].objectives[m], i);
    }
    const double range = std::max_element(places.begin(), places.end())->first -
                         std::min_element(places.begin(), places.end())->first;
    if (range == 0) { continue; }
    for (const Place& place : places) {
      std::optional<Place> below, above;
      for (const Place& other : places) {
        if (other < place && (!below || other > *below)) { below = other; }
        if (other > place && (!above || other < *above)) { above = other; }
      }
      distances[place.second] += below && above ? (above->first - below->first) / range : kInfinity;
    }
  }
  return distances;
}

Point At(std::vector<double> objectives, double violation = 0) {
  return {std::move(objectives), violation};
}

TEST(Domination, IsBetterSomewhereAndWorseNowhere) {
  EXPECT_TRUE(Dominates(At({2, 1}), At({1, 1})));
  EXPECT_TRUE(Dominates(At({2, 2}), At({1, 1})));
  EXPECT_FALSE(Dominates(At({1, 1}), At({1, 1})));
  EXPECT_FALSE(Dominates(At({2, 0}), At({1, 1})));
  EXPECT_FALSE(Dominates(At({1, 1}), At({2, 1})));
}

TEST(Domination, PutsLimitsBeforeObjectives) {
  EXPECT_TRUE(Dominates(At({0, 0}), At({9, 9}, 0.1)));
  EXPECT_FALSE(Dominates(At({9, 9}, 0.1), At({0, 0})));
  EXPECT_TRUE(Dominates(At({0, 0}, 0.1), At({9, 9}, 0.2)));
  EXPECT_FALSE(Dominates(At({9, 9}, 0.2), At({0, 0}, 0.1)));
  EXPECT_FALSE(Dominates(At({9, 9}, 0.2), At({0, 0}, 0.2)));
}

TEST(Domination, EqualsItsDefinition) {
  ForManySets([](const std::vector<Point>& points) {
    for (const Point& a : points) {
      for (const Point& b : points) { ASSERT_EQ(Dominates(a, b), DominatesByDefinition(a, b)); }
    }
  });
}

TEST(FrontNumbers, EqualPeeling) {
  ForManySets([](const std::vector<Point>& points) {
    EXPECT_EQ(FrontNumbers(points), FrontsByPeeling(points));
  });
}

TEST(FrontNumbers, DoNotDependOnTheOrder) {
  lode::test::TestHost host(3);
  const lode::Random random = host.host().Random();
  std::vector<Point> points = RandomPoints(random, 100, 2, 8, true);
  const auto before = FrontNumbers(points);
  std::reverse(points.begin(), points.end());
  auto after = FrontNumbers(points);
  std::reverse(after.begin(), after.end());
  EXPECT_EQ(after, before);
}

TEST(FrontNumbers, OfOneObjectiveAreItsRanks) {
  const std::vector<Point> points = {At({1}), At({3}), At({2}), At({3}), At({5}, 1), At({-1})};
  EXPECT_EQ(FrontNumbers(points), (std::vector<std::size_t>{2, 0, 1, 0, 4, 3}));
}

TEST(Crowding, IsTheSumOfTheGapsAroundAPoint) {
  // Ranges 10 and 20.
  const std::vector<Point> points = {At({0, 20}), At({10, 0}), At({2, 15}), At({6, 10})};
  const std::vector<double> distances = CrowdingDistances(points);
  EXPECT_EQ(distances[0], kInfinity);
  EXPECT_EQ(distances[1], kInfinity);
  EXPECT_DOUBLE_EQ(distances[2], 6.0 / 10 + 10.0 / 20);
  EXPECT_DOUBLE_EQ(distances[3], 8.0 / 10 + 15.0 / 20);
}

TEST(Crowding, EqualsASearchForNeighbours) {
  ForManySets([](const std::vector<Point>& points) {
    const auto distances = CrowdingDistances(points);
    const auto expected = CrowdingBySearch(points);
    ASSERT_EQ(distances.size(), expected.size());
    for (std::size_t i = 0; i < points.size(); ++i) { EXPECT_DOUBLE_EQ(distances[i], expected[i]); }
  });
}

TEST(Crowding, IgnoresObjectivesWithoutAFiniteRange) {
  const std::vector<Point> constant = {At({1, 7}), At({4, 7}), At({2, 7}), At({3, 7})};
  const auto distances = CrowdingDistances(constant);
  EXPECT_EQ(distances[0], kInfinity);
  EXPECT_EQ(distances[1], kInfinity);
  EXPECT_DOUBLE_EQ(distances[2], 2.0 / 3);
  EXPECT_DOUBLE_EQ(distances[3], 2.0 / 3);
  EXPECT_EQ(CrowdingDistances(std::vector<Point>(3, At({5, 5}))), std::vector<double>(3, 0));
  EXPECT_EQ(CrowdingDistances(std::vector{At({-kInfinity}), At({0}), At({kInfinity})}),
            std::vector<double>(3, 0));
}

// Every survivor beats every other point, or ties with it, by front and by crowding in its own
// front.
TEST(Survivors, AreTheBestByFrontAndCrowding) {
  ForManySets([](const std::vector<Point>& points) {
    const auto numbers = FrontsByPeeling(points);
    std::vector<double> crowding(points.size());
    for (std::size_t front = 0; front < points.size(); ++front) {
      std::vector<std::size_t> members;
      std::vector<Point> values;
      for (std::size_t i = 0; i < points.size(); ++i) {
        if (numbers[i] != front) { continue; }
        members.push_back(i);
        values.push_back(points[i]);
      }
      const auto distances = CrowdingBySearch(values);
      for (std::size_t k = 0; k < members.size(); ++k) { crowding[members[k]] = distances[k]; }
    }
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < points.size(); ++i) { order.push_back(i); }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (numbers[a] != numbers[b]) { return numbers[a] < numbers[b]; }
      return crowding[a] > crowding[b] + 1e-12;  // sums are in a different order
    });
    for (std::size_t count = 0; count <= points.size(); count += 1 + points.size() / 7) {
      const auto survivors = SelectSurvivors(points, count);
      ASSERT_EQ(survivors.size(), count);
      std::set<std::size_t> distinct;
      for (std::size_t k = 0; k < count; ++k) {
        distinct.insert(survivors[k].index);
        EXPECT_EQ(survivors[k].front, numbers[order[k]]);
        EXPECT_EQ(survivors[k].front, numbers[survivors[k].index]);
        if (crowding[order[k]] != kInfinity) {
          EXPECT_NEAR(survivors[k].crowding, crowding[order[k]], 1e-9);
        } else {
          EXPECT_EQ(survivors[k].crowding, kInfinity);
        }
      }
      EXPECT_EQ(distinct.size(), count);
    }
  });
}

}  // namespace
}  // namespace nsga2
