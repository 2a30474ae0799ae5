#include "plugins/optimizers/diff_econas/population.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <string>
#include <vector>

namespace diff_econas {
namespace {

Member Named(char name, double reward, std::uint64_t cycle = 0) {
  return {{static_cast<std::uint8_t>(name)}, reward, cycle};
}

std::string NamesOf(const std::vector<Member>& members) {
  std::string names;
  for (const Member& member : members) { names += static_cast<char>(member.architecture[0]); }
  return names;
}

TEST(PopulationTest, GivesTheBestFirstAndOfEqualsTheOneThatJoinedFirst) {
  Population population;
  population.Join(Named('a', 1));
  population.Join(Named('b', 3));
  population.Join(Named('c', 2));
  population.Join(Named('d', 3));
  population.Join(Named('e', 2));
  EXPECT_EQ(NamesOf(population.TakeBest(3)), "bdc");
  EXPECT_EQ(population.size(), 2u);
  EXPECT_EQ(NamesOf(population.TakeBest(3)), "ea");
  EXPECT_EQ(NamesOf(population.TakeBest(3)), "");
}

TEST(PopulationTest, BuriesMembersAfterTheirLifetimeHoweverGood) {
  Population population;
  population.Join(Named('a', 9, 3));
  population.Join(Named('b', 1, 4));
  population.Join(Named('c', 2, 5));
  population.Bury(12, 10);
  EXPECT_EQ(population.size(), 3u);
  population.Bury(13, 10);
  EXPECT_EQ(population.size(), 2u);
  population.Bury(14, 10);
  EXPECT_EQ(NamesOf(population.TakeBest(3)), "c");
}

// Of n members floor(share n) + 1 are drawn with replacement, so the best is the mother with
// probability 1 - ((n - 1) / n)^draws, and the worst with (1 / n)^draws.
TEST(PopulationTest, AMotherIsTheBestOfASample) {
  Population population;
  for (const char name : {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}) {
    population.Join(Named(name, name));
  }
  const lode::test::TestHost host(1);
  constexpr int kDraws = 20000;
  for (const auto& [share, draws] : {std::pair{0.25, 3}, {0.37, 3}, {0.0, 1}, {1.0, 9}}) {
    int best = 0, worst = 0;
    for (int i = 0; i < kDraws; ++i) {
      const Member& mother = population.DrawMother(host.host().Random(), share);
      best += mother.architecture[0] == 'h';
      worst += mother.architecture[0] == 'a';
    }
    const double p = 1 - std::pow(7.0 / 8, draws), q = std::pow(1.0 / 8, draws);
    EXPECT_NEAR(best, kDraws * p, 4.5 * std::sqrt(kDraws * p * (1 - p))) << share;
    EXPECT_NEAR(worst, kDraws * q, 4.5 * std::sqrt(kDraws * q) + 1) << share;
  }
}

}  // namespace
}  // namespace diff_econas
