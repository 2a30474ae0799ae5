#include "core/search/pareto.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace lode::core {
namespace {

const std::vector<MetricDeclaration> kMetrics = {
    {"accuracy", "percent", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "", 0, false},
    {"macs", "count", "Multiply-adds.", LODE_MINIMIZE, LODE_SPLIT_NONE, "", 0, false},
    {"params", "count", "Parameters.", LODE_MINIMIZE, LODE_SPLIT_NONE, "", 0, false},
};

std::vector<Objectives> RandomPoints(std::size_t count, std::size_t objectives, int levels,
                                     unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Objectives> points(count, Objectives(objectives));
  for (Objectives& point : points) {
    for (double& value : point) {
      value = static_cast<double>(random() % static_cast<unsigned>(levels));
    }
  }
  return points;
}

TEST(Dominates, NeedsAsGoodInEachAndBetterInOne) {
  EXPECT_TRUE(Dominates(Objectives{1, 2}, Objectives{1, 1}));
  EXPECT_FALSE(Dominates(Objectives{1, 2}, Objectives{1, 2}));
  EXPECT_FALSE(Dominates(Objectives{2, 1}, Objectives{1, 2}));
  EXPECT_FALSE(Dominates(Objectives{1, 1}, Objectives{1, 2}));
}

// On integer coordinates, the volume is the number of unit cubes below some point.
TEST(Hypervolume, EqualsTheCubesBelowThePoints) {
  constexpr int kLevels = 5;
  for (const std::size_t objectives : {1u, 2u, 3u, 4u}) {
    for (unsigned seed = 0; seed < 50; ++seed) {
      const auto points = RandomPoints(1 + seed % 9, objectives, kLevels + 1, seed);
      std::size_t cubes = 1;
      for (std::size_t i = 0; i < objectives; ++i) { cubes *= kLevels; }
      double covered = 0;
      for (std::size_t cube = 0; cube < cubes; ++cube) {
        Objectives upper(objectives);
        for (std::size_t i = 0, rest = cube; i < objectives; ++i, rest /= kLevels) {
          upper[i] = static_cast<double>(rest % kLevels + 1);
        }
        covered += std::ranges::any_of(points, [&](const Objectives& point) {
          return std::ranges::equal(point, upper, std::ranges::greater_equal());
        });
      }
      EXPECT_EQ(Hypervolume(points, Objectives(objectives, 0.0)), covered) << objectives;
    }
  }
}

TEST(Hypervolume, PointsThatAreNotAboveTheReferenceAddNothing) {
  EXPECT_EQ(Hypervolume({{3, 4}, {5, 0}, {-1, 9}}, Objectives{0, 0}), 12);
  EXPECT_EQ(Hypervolume({}, Objectives{0, 0}), 0);
  EXPECT_EQ(Hypervolume({}, Objectives{0, 0, 0}), 0);
}

TEST(ParetoFront, KeepsPointsThatNoneDominates) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto points = RandomPoints(60, 2 + seed % 2, 7, seed);
    ParetoFront<Objectives> front;
    for (const Objectives& point : points) {
      front.Add(point, [&] { return point; });
    }
    std::set<Objectives> expected;
    for (const Objectives& point : points) {
      if (std::ranges::none_of(points, [&](const auto& p) { return Dominates(p, point); })) {
        expected.insert(point);
      }
    }
    const std::vector<Objectives> found = front.Sorted();
    EXPECT_EQ(std::set<Objectives>(found.begin(), found.end()), expected);
    EXPECT_EQ(found.size(), expected.size());
    EXPECT_TRUE(std::ranges::is_sorted(found, std::greater()));
  }
}

TEST(ParetoFront, KeepsTheFirstOfEquals) {
  ParetoFront<std::string> front;
  EXPECT_TRUE(front.Add({1, 1}, [] { return "first"; }));
  EXPECT_FALSE(front.Add({1, 1}, [] { return "second"; }));
  EXPECT_EQ(front.Sorted(), std::vector<std::string>{"first"});
}

TEST(Goals, StatedOnesFollowTheDirectionsOfTheirMetrics) {
  RewardConfig config;
  config.metric = "accuracy";
  config.goals = {{"macs", 100, {}}, {"accuracy", 60, {}}};
  const Goals goals(config, kMetrics);
  EXPECT_TRUE(goals.stated());
  EXPECT_EQ(goals.ObjectivesOf(std::vector<double>{70, 30, 5}), (Objectives{-30, 70}));
  // (100 - 30) by (70 - 60).
  EXPECT_EQ(goals.HypervolumeOf({{70, 30, 5}}), 700);
}

TEST(Goals, DefaultToTheMetricAndItsLimits) {
  RewardConfig config;
  config.metric = "accuracy";
  EXPECT_EQ(Goals(config, kMetrics).size(), 1u);
  config.limits = {{"macs", std::nullopt, 50, {}}};
  const Goals goals(config, kMetrics);
  EXPECT_FALSE(goals.stated());
  EXPECT_EQ(goals.HypervolumeOf({{70, 30, 5}}), 70 * 20);
  EXPECT_EQ(goals.HypervolumeOf({}), 0);
  // A lower bound on a metric to minimize is not a trade-off.
  config.limits = {{"params", 3, std::nullopt, {}}};
  EXPECT_EQ(Goals(config, kMetrics).size(), 1u);
  config.limits = {{"macs", std::nullopt, 50, {}}};
  config.add = {{"params", -1, {}}};
  EXPECT_EQ(Goals(config, kMetrics).size(), 3u);
  EXPECT_EQ(Goals(config, kMetrics).HypervolumeOf({{70, 30, 5}}), std::nullopt);
}

}  // namespace
}  // namespace lode::core
