#include "plugins/optimizers/rea/rea.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <lode/testing.hpp>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace rea {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

class RegularizedEvolutionTest : public testing::Test {
 protected:
  explicit RegularizedEvolutionTest(std::int64_t rows = 6) : grid_(rows, 4) {}

  RegularizedEvolution Make(std::int64_t population, std::int64_t sample) {
    RegularizedEvolution rea(host_.host(), {population, sample});
    rea.Bind(grid_.space());
    return rea;
  }
  std::string Ask(RegularizedEvolution& rea) {
    host_.Enter(step_++, Phase::kAsk);
    return grid_.space().Format(rea.Ask());
  }
  void Tell(RegularizedEvolution& rea, const std::string& text, double reward, bool failed = false,
            bool random = false) {
    const lode::Architecture architecture = grid_.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = failed;
    trial.random = random;
    rea.Tell(trial);
  }
  // The number of decisions that differ.
  static std::ptrdiff_t Distance(const std::string& a, const std::string& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), std::ptrdiff_t{0}, std::plus<>(),
                              std::not_equal_to<>());
  }

  Grid grid_;
  TestHost host_;
  std::uint64_t step_ = 0;
};

TEST_F(RegularizedEvolutionTest, FoundsThePopulationWithDistinctArchitectures) {
  Grid small(2, 2);  // four architectures: a repeat among four draws would be likely
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    TestHost host(seed);
    RegularizedEvolution rea(host.host(), {4, 2});
    rea.Bind(small.space());
    std::set<std::string> founders;
    for (std::uint64_t t = 0; t < 4; ++t) {
      host.Enter(t, Phase::kAsk);
      EXPECT_TRUE(founders.insert(small.space().Format(rea.Ask())).second);
    }
  }
}

TEST_F(RegularizedEvolutionTest, FoundsWithRepeatsIfTheSpaceIsTooSmall) {
  Grid small(1, 2);
  RegularizedEvolution rea(host_.host(), {5, 2});
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
  Tell(rea, "3-3-3-3-3-3", 0);  // the first member leaves; the best remains
  EXPECT_EQ(Distance(Ask(rea), "1-1-1-1-1-1"), 1);
  Tell(rea, "0-1-2-3-0-1", 0);  // the best is the oldest now, and leaves
  EXPECT_EQ(Distance(Ask(rea), "2-2-2-2-2-2"), 1);
  Tell(rea, "1-0-3-2-1-0", 0.5);
  EXPECT_EQ(Distance(Ask(rea), "1-0-3-2-1-0"), 1);
}

TEST_F(RegularizedEvolutionTest, ResultsInAnyOrderJoinAsTheyAreTold) {
  RegularizedEvolution rea = Make(3, 200);
  const std::string first = Ask(rea), second = Ask(rea), third = Ask(rea);
  Tell(rea, third, 1);
  Tell(rea, first, 5);
  Tell(rea, second, 2);
  EXPECT_EQ(Distance(Ask(rea), first), 1);
  Tell(rea, "3-3-3-3-3-3", 0);  // the third leaves: it was told first
  EXPECT_EQ(Distance(Ask(rea), first), 1);
  Tell(rea, "0-1-2-3-0-1", 0);
  EXPECT_EQ(Distance(Ask(rea), second), 1);
}

TEST_F(RegularizedEvolutionTest, FailedTrialsDoNotJoin) {
  RegularizedEvolution rea = Make(2, 100);
  Tell(rea, "0-0-0-0-0-0", 1);
  Tell(rea, "1-1-1-1-1-1", 2);
  for (int i = 0; i < 5; ++i) {
    Tell(rea, "2-2-2-2-2-2", std::numeric_limits<double>::quiet_NaN(), /*failed=*/true);
  }
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
  Tell(rea, "1-1-1-1-1-1", 1);  // replaces the best
  EXPECT_EQ(Distance(Ask(rea), "1-1-1-1-1-1"), 1);
}

// One draw selects each member equally often; two draws select the best of n with probability 1 -
// ((n-1)/n)^2.
TEST_F(RegularizedEvolutionTest, DrawsWithReplacement) {
  const std::map<std::int64_t, double> best_share = {{1, 1.0 / 3}, {2, 5.0 / 9}, {3, 19.0 / 27}};
  for (const auto& [sample, share] : best_share) {
    RegularizedEvolution rea = Make(3, sample);
    Tell(rea, "0-0-0-0-0-0", 1);
    Tell(rea, "1-1-1-1-1-1", 3);
    Tell(rea, "2-2-2-2-2-2", 2);
    int of_best = 0;
    constexpr int kAsks = 9000;
    for (int i = 0; i < kAsks; ++i) { of_best += Distance(Ask(rea), "1-1-1-1-1-1") == 1; }
    EXPECT_NEAR(of_best, kAsks * share, 4 * std::sqrt(kAsks * share * (1 - share))) << sample;
  }
}

// ---- several proposals under way

// Founders are far apart in a space of 4^20; a mutant is one decision away from a member.
class RegularizedEvolutionAhead : public RegularizedEvolutionTest {
 protected:
  RegularizedEvolutionAhead() : RegularizedEvolutionTest(20) {}

  bool IsMutant(const std::string& text) const {
    return std::ranges::any_of(told_, [&](const auto& t) { return Distance(text, t) == 1; });
  }
  void AskAhead(RegularizedEvolution& rea) {
    under_way_.push_back(Ask(rea));
    mutants_.push_back(IsMutant(under_way_.back()));
  }
  void TellOldest(RegularizedEvolution& rea, double reward, bool failed = false) {
    Tell(rea, under_way_.front(), reward, failed);
    if (!failed) { told_.push_back(under_way_.front()); }
    under_way_.pop_front();
  }

  std::deque<std::string> under_way_;
  std::vector<std::string> told_;  // those that did not fail
  std::vector<bool> mutants_;      // for all that were asked for
};

TEST_F(RegularizedEvolutionAhead, FoundersDoNotExceedThePopulation) {
  for (const int width : {1, 2, 5, 10}) {
    RegularizedEvolution rea = Make(10, 3);
    under_way_.clear(), told_.clear(), mutants_.clear();
    for (int i = 0; i < width; ++i) { AskAhead(rea); }
    while (mutants_.size() < 40) {
      TellOldest(rea, 1);
      AskAhead(rea);
    }
    std::vector<bool> expected(40, true);
    std::fill_n(expected.begin(), 10, false);
    EXPECT_EQ(mutants_, expected) << width;
  }
}

// The founder that failed and the one that was rejected and requested again are replaced as soon as
// this is known; a random trial takes a founder's place.
TEST_F(RegularizedEvolutionAhead, FoundersThatFailAreReplaced) {
  RegularizedEvolution rea = Make(6, 3);
  for (int i = 0; i < 4; ++i) { AskAhead(rea); }
  TellOldest(rea, 1);
  AskAhead(rea);             // the fifth founder
  TellOldest(rea, 0, true);  // rejected: one of the six is missing again
  AskAhead(rea);
  AskAhead(rea);
  EXPECT_EQ(mutants_, std::vector<bool>(7, false));
  AskAhead(rea);  // one member, five under way
  EXPECT_TRUE(mutants_.back());
  for (int i = 0; i < 3; ++i) { TellOldest(rea, 0, true); }
  told_.push_back(under_way_.front());  // anything: a random trial
  Tell(rea, told_.back(), 1, false, true);
  AskAhead(rea);  // two members, three under way
  EXPECT_FALSE(mutants_.back());
  AskAhead(rea);
  EXPECT_TRUE(mutants_.back());
}

TEST_F(RegularizedEvolutionAhead, FoundsBeforeAnyResult) {
  RegularizedEvolution rea = Make(2, 2);
  for (int i = 0; i < 5; ++i) { AskAhead(rea); }
  EXPECT_EQ(mutants_, std::vector<bool>(5, false));
  TellOldest(rea, 1);
  AskAhead(rea);
  EXPECT_TRUE(mutants_.back());
}

// Members die in the order of Tell, regardless of what was asked for in between.
TEST_F(RegularizedEvolutionAhead, AgeIsTheOrderOfTell) {
  RegularizedEvolution rea = Make(3, 200);
  for (int i = 0; i < 4; ++i) { AskAhead(rea); }
  for (const double reward : {1, 9, 2}) {
    TellOldest(rea, reward);
    AskAhead(rea);
  }
  const std::string best = told_[1];
  EXPECT_EQ(Distance(Ask(rea), best), 1);
  TellOldest(rea, 0);  // the first leaves
  EXPECT_EQ(Distance(Ask(rea), best), 1);
  TellOldest(rea, 0);  // the best leaves, and the third of the first three leads
  EXPECT_EQ(Distance(Ask(rea), told_[2]), 1);
}

TEST_F(RegularizedEvolutionTest, NeedsMutation) {
  lode_space_api without = *grid_.space().handle().api;
  without.mutate = nullptr;
  RegularizedEvolution rea(host_.host(), {});
  EXPECT_THROW(rea.Bind(lode::Space({&without, grid_.space().handle().instance})),
               lode::UnsupportedError);
}

}  // namespace
}  // namespace rea
