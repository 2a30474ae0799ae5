// The ingredients of preset "plus", one by one and together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugins/optimizers/l2nas/test_search.h"

namespace l2nas {
namespace {

using lode::Architecture;
using lode::test::Grid;
using testing::HasSubstr;

class PlusTest : public testing::Test {
 protected:
  // The best choices are the row's number modulo the columns: the best architecture earns 1. Pairs
  // of rows earn together, so that single changes do not add up.
  static double RewardOf(const Architecture& architecture) {
    double reward = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      const bool hit = architecture[row * kColumns + row % kColumns] == 1;
      const std::size_t next = (row + 1) % kRows;
      const bool both = hit && architecture[next * kColumns + next % kColumns] == 1;
      reward += hit + both;
    }
    return reward / (2 * kRows);
  }

  // Runs steps `from` to `to`; returns what was proposed.
  static std::vector<Architecture> Run(Search& search, std::uint64_t from, std::uint64_t to) {
    std::vector<Architecture> proposed;
    for (std::uint64_t step = from; step < to; ++step) {
      proposed.push_back(search.Propose(step).architecture);
      search.Tell(step, nullptr, proposed.back(), RewardOf(proposed.back()));
    }
    return proposed;
  }

  // Returns how often each source of candidates was chosen.
  static std::map<int, int> SourcesOf(Search& search) {
    std::map<int, int> sources;
    for (const auto& [name, value] : search.records()) {
      if (name == "candidate_source") { ++sources[static_cast<int>(value)]; }
    }
    return sources;
  }

  // Smaller than a search needs, which is quick where nothing is optimized.
  static Values Plus() {
    return Defaults()
        .SetPreset("plus")
        .Set("hidden_width", 32)
        .Set("critics", 2)
        .Set("explore_steps", 20)
        .Set("actor_candidates", 8)
        .Set("mutant_candidates", 16)
        .Set("uniform_candidates", 16);
  }

  const lode::Space& space() const { return grid_.space(); }

  static constexpr std::size_t kRows = 6, kColumns = 5;
  Grid grid_{kRows, kColumns};
};

TEST_F(PlusTest, TheSameSeedGivesTheSameBytes) {
  Search one(space(), Plus()), two(space(), Plus()), other(space(), Plus(), 2);
  EXPECT_EQ(Run(one, 0, 30), Run(two, 0, 30));
  EXPECT_EQ(one.Save(), two.Save());
  Run(other, 0, 30);
  EXPECT_NE(one.Save(), other.Save());
}

// Random, greedy, or under way: nothing is proposed twice.
TEST_F(PlusTest, ProposesEachArchitectureOnce) {
  Search search(space(), Plus());
  std::set<Architecture> proposed;
  std::vector<Architecture> under_way;
  for (std::uint64_t step = 0; step < 60; ++step) {
    under_way.push_back(search.Propose(step).architecture);
    EXPECT_TRUE(proposed.insert(under_way.back()).second) << step;
    if (under_way.size() < 3) { continue; }
    search.Tell(step - 2, nullptr, under_way.front(), RewardOf(under_way.front()));
    under_way.erase(under_way.begin());
  }
  EXPECT_GT(SourcesOf(search).size(), 1u);
}

// What others proposed is seen, too; so is what failed or was rejected, in the same step.
TEST_F(PlusTest, ProposesNothingThatWasTold) {
  Search search(space(), Plus()), twin(space(), Plus());
  Run(search, 0, 25);
  Run(twin, 0, 25);
  const Architecture next = twin.Propose(25).architecture;
  search.Tell(25, nullptr, next, RewardOf(next), LODE_TRIAL_RANDOM);
  std::set<Architecture> proposed = {next};
  for (std::uint64_t attempt = 0; attempt < 30; ++attempt) {
    const Architecture architecture = search.Propose(26, attempt).architecture;
    EXPECT_TRUE(proposed.insert(architecture).second) << attempt;
    search.Tell(26, nullptr, architecture, std::nan(""),
                LODE_TRIAL_FAILED | (attempt % 2 == 0 ? std::uint32_t{LODE_TRIAL_REJECTED} : 0u));
  }
}

// 3^4 = 81 architectures: all are found, then the search repeats.
TEST_F(PlusTest, ContinuesWhenAllIsSeen) {
  const Grid small(4, 3);
  Search search(small.space(), Plus());
  std::set<Architecture> proposed;
  for (std::uint64_t step = 0; step < 100; ++step) {
    const Architecture architecture = search.Propose(step).architecture;
    EXPECT_EQ(proposed.insert(architecture).second, step < 81) << step;
    search.Tell(step, nullptr, architecture, static_cast<double>(step % 7));
  }
  EXPECT_EQ(proposed.size(), 81u);
}

// 15 625 architectures; a random search would need thousands of proposals.
TEST_F(PlusTest, FindsTheOptimumInFewProposals) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Search search(space(), Plus(), seed);
    const std::vector<Architecture> proposed = Run(search, 0, 120);
    const auto best = std::ranges::find(proposed, 1.0, RewardOf) - proposed.begin();
    RecordProperty("proposals_" + std::to_string(seed), static_cast<int>(best));
    EXPECT_LT(best, 120) << seed;
  }
}

// The critic sees ones and zeros: the action they come from makes no difference.
TEST_F(PlusTest, ACriticOfArchitecturesDoesNotSeeTheAction) {
  const Values values = Defaults().Set("critic_input", "architecture");
  Search with(space(), values), without(space(), values), robust(space(), Defaults());
  lode::test::RandomStream stream(3, "plus_test");
  for (std::uint64_t step = 0; step < 30; ++step) {
    lode::Action action(kRows * kColumns);
    for (float& cell : action) { cell = static_cast<float>(stream.random().Uniform()); }
    const Architecture architecture = space().Discretize(action);
    for (Search* search : {&with, &robust}) {
      search->Tell(step, &action, architecture, RewardOf(architecture));
    }
    without.Tell(step, nullptr, architecture, RewardOf(architecture));
  }
  EXPECT_EQ(with.Save(), without.Save());
  EXPECT_NE(with.Save(), robust.Save());
}

// With relative rewards, a reward in percent and one in millions teach the same.
TEST_F(PlusTest, RelativeRewardsHaveNoUnit) {
  const Values values = Defaults().Set("relative_rewards", 1);
  Search one(space(), values), scaled(space(), values);
  lode::test::RandomStream stream(3, "plus_test");
  for (std::uint64_t step = 0; step < 40; ++step) {
    const Architecture architecture = space().Sample(stream.random());
    const double reward = std::floor(16 * RewardOf(architecture));
    one.Tell(step, nullptr, architecture, reward);
    scaled.Tell(step, nullptr, architecture, 0x1p20 * reward + 0x1p24);
  }
  EXPECT_EQ(one.Save(), scaled.Save());
}

// If all of a batch comes from the best trial, the others teach nothing.
TEST_F(PlusTest, ABatchMayComeFromTheBest) {
  const auto learned = [&](double share, std::uint64_t seed) {
    Search search(space(), Defaults().Set("best_share", share).Set("best_trials", 1));
    lode::test::RandomStream first(3, "plus_test"), others(seed, "plus_test");
    search.Tell(0, nullptr, space().Sample(first.random()), 9);
    for (std::uint64_t step = 1; step < 30; ++step) {
      search.Tell(step, nullptr, space().Sample(others.random()), 1);
    }
    return search.Save();
  };
  EXPECT_EQ(learned(1, 5), learned(1, 6));
  EXPECT_NE(learned(0.5, 5), learned(0.5, 6));
}

// Exploration alone: unseen architectures at first, later only the actor's own actions.
TEST_F(PlusTest, ExploresUntilEnoughIsKnown) {
  Search search(space(),
                Defaults().Set("explore_start", 1).Set("explore_end", 0).Set("explore_steps", 20));
  lode::test::RandomStream stream(3, "plus_test");
  int explored = 0;
  for (std::uint64_t step = 0; step < 60; ++step) {
    const Search::Proposed p = search.Propose(step);
    if (step == 0) { EXPECT_FALSE(p.is_action); }
    if (step >= 20) { EXPECT_TRUE(p.is_action) << step; }
    explored += !p.is_action;
    // The actor repeats itself, and only distinct ones count: another one is told instead.
    search.Tell(step, nullptr, space().Sample(stream.random()), 1);
  }
  EXPECT_GT(explored, 4);   // expected: the sum of (1 + cos(pi t / 20)) / 2 over t, 10.5
  EXPECT_LT(explored, 17);  // three standard deviations of at most 2.2
}

// Each source alone is enough to search with.
TEST_F(PlusTest, EachSourceOfCandidatesWorksAlone) {
  const char* const sources[] = {"actor_candidates", "mutant_candidates", "uniform_candidates"};
  for (int source = 0; source < 3; ++source) {
    Values values = Plus();
    for (const char* name : sources) { values.Set(name, 0); }
    Search search(space(), values.Set(sources[source], 16));
    Run(search, 0, 30);
    const std::map<int, int> chosen = SourcesOf(search);
    ASSERT_EQ(chosen.size(), 1u) << sources[source];
    EXPECT_EQ(chosen.begin()->first, source);
  }
}

TEST_F(PlusTest, APolicyOfSeveralCriticsContinuesElsewhere) {
  Search teacher(space(), Plus()), student(space(), Plus(), 7);
  Run(teacher, 0, 20);
  const std::string policy = teacher.Save();
  EXPECT_EQ(student.Load(policy), "");
  EXPECT_EQ(student.Save(), policy);
  Search single(space(), Defaults());
  EXPECT_THAT(single.Load(policy),
              HasSubstr("critics 2, this search has 30 cells, hidden_width 128 "
                        "and critics 1"));
}

TEST_F(PlusTest, MutantsNeedASpaceThatMutates) {
  lode_space_api without = *space().handle().api;
  without.mutate = nullptr;
  const lode::Space fixed({&without, space().handle().instance});
  Search search(fixed, Plus().Set("mutant_candidates", 0));
  EXPECT_EQ(Run(search, 0, 20).size(), 20u);
  const Instance refused(Plus());
  EXPECT_EQ(refused.api<lode_optimizer_api>().bind(refused.get(), fixed.handle(), nullptr),
            LODE_E_UNSUPPORTED);
}

}  // namespace
}  // namespace l2nas
