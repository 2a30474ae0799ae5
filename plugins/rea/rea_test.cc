#include "plugins/rea/rea.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "core/verify/grid.h"
#include "core/verify/test_host.h"

namespace {

using lode::core::Phase;
using lode::verify::Grid;
using lode::verify::TestHost;

class RegularizedEvolutionTest : public testing::Test {
 protected:
  RegularizedEvolution Make(std::int64_t population, std::int64_t sample) {
    RegularizedEvolution rea(lode::Host(host_.get()), {population, sample});
    rea.Bind(grid_.space());
    return rea;
  }
  std::string Ask(RegularizedEvolution& rea) {
    host_.Enter(step_++, Phase::kAsk);
    return grid_.space().Format(rea.Ask());
  }
  void Tell(RegularizedEvolution& rea, const std::string& text, double reward,
            bool failed = false) {
    const lode::Architecture architecture = grid_.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = failed;
    rea.Tell(trial);
  }
  // How many of the decisions differ.
  static std::ptrdiff_t Distance(const std::string& a, const std::string& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), std::ptrdiff_t{0}, std::plus<>(),
                              std::not_equal_to<>());
  }

  Grid grid_{6, 4};
  TestHost host_;
  std::uint64_t step_ = 0;
};

TEST_F(RegularizedEvolutionTest, FoundsThePopulationWithDistinctArchitectures) {
  Grid small(2, 2);  // four architectures: a repeat among four draws would be likely
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    TestHost host(seed);
    RegularizedEvolution rea(lode::Host(host.get()), {4, 2});
    rea.Bind(small.space());
    std::set<std::string> founders;
    for (std::uint64_t t = 0; t < 4; ++t) {
      host.Enter(t, Phase::kAsk);
      EXPECT_TRUE(founders.insert(small.space().Format(rea.Ask())).second);
    }
  }
}

TEST_F(RegularizedEvolutionTest, FoundsWithRepeatsWhereTheSpaceIsTooSmall) {
  Grid small(1, 2);
  RegularizedEvolution rea(lode::Host(host_.get()), {5, 2});
  rea.Bind(small.space());
  for (int t = 0; t < 20; ++t) {
    const lode::Architecture architecture = rea.Ask();
    lode::Trial trial{};
    trial.architecture = architecture;
    rea.Tell(trial);
  }
}

// With 200 draws from three members the best is missed with probability (2/3)^200.
TEST_F(RegularizedEvolutionTest, OldestDiesEvenIfItIsTheBest) {
  RegularizedEvolution rea = Make(3, 200);
  Tell(rea, "0-0-0-0-0-0", 1);
  Tell(rea, "1-1-1-1-1-1", 5);
  Tell(rea, "2-2-2-2-2-2", 2);
  EXPECT_EQ(Distance(Ask(rea), "1-1-1-1-1-1"), 1);
  Tell(rea, "3-3-3-3-3-3", 0);  // the first member leaves; the best is still there
  EXPECT_EQ(Distance(Ask(rea), "1-1-1-1-1-1"), 1);
  Tell(rea, "0-1-2-3-0-1", 0);  // the best is the oldest now, and leaves
  EXPECT_EQ(Distance(Ask(rea), "2-2-2-2-2-2"), 1);
  Tell(rea, "1-0-3-2-1-0", 0.5);
  EXPECT_EQ(Distance(Ask(rea), "1-0-3-2-1-0"), 1);
}

TEST_F(RegularizedEvolutionTest, FailedTrialsDoNotJoin) {
  RegularizedEvolution rea = Make(2, 100);
  Tell(rea, "0-0-0-0-0-0", 1);
  Tell(rea, "1-1-1-1-1-1", 2);
  for (int i = 0; i < 5; ++i)
    Tell(rea, "2-2-2-2-2-2", std::numeric_limits<double>::quiet_NaN(), /*failed=*/true);
  EXPECT_EQ(Distance(Ask(rea), "1-1-1-1-1-1"), 1);
}

TEST_F(RegularizedEvolutionTest, FailedFoundersAreReplaced) {
  RegularizedEvolution rea = Make(2, 100);
  std::set<std::string> founders;
  for (int i = 0; i < 10; ++i) {
    const std::string text = Ask(rea);
    EXPECT_TRUE(founders.insert(text).second);
    Tell(rea, text, std::numeric_limits<double>::quiet_NaN(), /*failed=*/true);
  }
}

TEST_F(RegularizedEvolutionTest, RepeatsJoin) {
  RegularizedEvolution rea = Make(2, 100);
  Tell(rea, "0-0-0-0-0-0", 9);
  Tell(rea, "1-1-1-1-1-1", 1);
  Tell(rea, "1-1-1-1-1-1", 1);  // pushes the best out
  EXPECT_EQ(Distance(Ask(rea), "1-1-1-1-1-1"), 1);
}

// One draw selects each of the members equally often; two draws select the best of n with
// probability 1 - ((n-1)/n)^2.
TEST_F(RegularizedEvolutionTest, DrawsWithReplacement) {
  const std::map<std::int64_t, double> best_share = {{1, 1.0 / 3}, {2, 5.0 / 9}, {3, 19.0 / 27}};
  for (const auto& [sample, share] : best_share) {
    RegularizedEvolution rea = Make(3, sample);
    Tell(rea, "0-0-0-0-0-0", 1);
    Tell(rea, "1-1-1-1-1-1", 3);
    Tell(rea, "2-2-2-2-2-2", 2);
    int of_best = 0;
    constexpr int kAsks = 9000;
    for (int i = 0; i < kAsks; ++i) of_best += Distance(Ask(rea), "1-1-1-1-1-1") == 1;
    EXPECT_NEAR(of_best, kAsks * share, 4 * std::sqrt(kAsks * share * (1 - share))) << sample;
  }
}

TEST_F(RegularizedEvolutionTest, NeedsMutation) {
  lode_space_api without = *grid_.space().handle().api;
  without.mutate = nullptr;
  RegularizedEvolution rea(lode::Host(host_.get()), {});
  EXPECT_THROW(rea.Bind(lode::Space({&without, grid_.space().handle().instance})),
               lode::UnsupportedError);
}

}  // namespace
