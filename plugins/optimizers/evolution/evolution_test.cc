#include "plugins/optimizers/evolution/evolution.h"

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

#include "tests/failure.h"

namespace evolution {
namespace {

using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A grid of 20 decisions with 10 values each: two different draws do not agree in most decisions by
// chance.
class WideGrid : public lode::test::GridSpace {
 public:
  struct Config {};
  WideGrid(lode::Host host, const Config&) : GridSpace(host, {20, 10}) {}
  static lode::Params<Config> Parameters() { return {}; }
};

const lode::Space& TheSpace() {
  static const lode::test::BoundSpace<WideGrid> bound;
  return bound.space();
}

using Text = std::string;

// A search of the wide grid: does what the host does, with texts for architectures.
class Search {
 public:
  explicit Search(const Evolution::Config& config, std::uint64_t seed = 1)
      : host_(seed), evolution_(host_.host(), config) {
    evolution_.Bind(TheSpace());
  }

  Text Ask() {
    host_.Enter(step_++, Phase::kAsk);
    return TheSpace().Format(evolution_.Ask());
  }
  // A NaN reward is a failed trial.
  void Tell(const Text& text, double reward, bool random = false, bool rejected = false) {
    const lode::Architecture architecture = TheSpace().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.rejected = rejected;
    trial.random = random;
    evolution_.Tell(trial);
  }
  void TellKnown(const Text& text, double reward) {
    const lode::Architecture architecture = TheSpace().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.random = trial.known = true;
    evolution_.Tell(trial);
  }
  void Reject(const Text& text) { Tell(text, kNaN, false, true); }
  Text Step(double reward) {
    const Text text = Ask();
    Tell(text, reward);
    return text;
  }

 private:
  TestHost host_;
  Evolution evolution_;
  std::uint64_t step_ = 0;
};

std::ptrdiff_t Distance(const Text& a, const Text& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), std::ptrdiff_t{0}, std::plus<>(),
                            std::not_equal_to<>());
}

Text All(char value) {
  Text text = "0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0";
  std::replace(text.begin(), text.end(), '0', value);
  return text;
}

// Whether every decision of `text` comes from one of `parents`.
bool IsMixOf(const Text& text, const std::vector<Text>& parents) {
  for (std::size_t at = 0; at < text.size(); at += 2) {
    if (std::none_of(parents.begin(), parents.end(),
                     [&](const Text& p) { return p[at] == text[at]; })) {
      return false;
    }
  }
  return true;
}

// ---- known trials

TEST(Evolution, KnownTrialsAreFounders) {
  Search search(
      {.population = 4, .parent_ratio = 0.25, .mutation_ratio = 1, .mutation_probability = 0.05});
  for (const char value : {'1', '2', '3'}) { search.TellKnown(All(value), value == '2' ? 9 : 1); }
  EXPECT_GT(Distance(search.Ask(), All('2')), 10) << "one founder is missing";
  search.TellKnown(All('4'), 1);
  EXPECT_LT(Distance(search.Ask(), All('2')), 8) << "a mutant of the best";
}

TEST(Evolution, KnownTrialsBeyondThePopulationJoinTheFirstGeneration) {
  Search search(
      {.population = 2, .parent_ratio = 0.5, .mutation_ratio = 1, .mutation_probability = 0.05});
  for (const char value : {'1', '2', '3', '4', '5'}) {
    search.TellKnown(All(value), value == '4' ? 9 : 1);
  }
  for (int i = 0; i < 2; ++i) { search.Step(1); }
  EXPECT_LT(Distance(search.Ask(), All('4')), 8) << "the best of all becomes the parent";
}

// ---- results in another order than that of the asks

TEST(Evolution, AGenerationEndsWhenAllThatWasAskedForItIsTold) {
  Search search(
      {.population = 4, .parent_ratio = 0.25, .mutation_ratio = 1, .mutation_probability = 0.05});
  std::vector<Text> founders;
  for (int i = 0; i < 4; ++i) { founders.push_back(search.Ask()); }
  const Text extra = search.Ask();
  search.Tell(extra, 0.5);
  for (const std::size_t i : {3, 1, 0}) { search.Tell(founders[i], i == 1 ? 9 : 1); }
  EXPECT_GT(Distance(search.Ask(), founders[1]), 10) << "one founder is missing";
  search.Tell(founders[2], 1);
  EXPECT_LT(Distance(search.Ask(), founders[1]), 8) << "a mutant of the best";
}

// ---- the composition of a generation

struct Generation {
  std::vector<Text> children;
  std::vector<double> rewards;
};

// The founders get the rewards 0 .. population - 1, in order; the children of the first generation
// get `child_reward`.
std::vector<Generation> RunGenerations(Search& search, int population, double child_reward) {
  std::vector<Generation> generations(2);
  for (int i = 0; i < population; ++i) { generations[0].children.push_back(search.Step(i)); }
  for (int i = 0; i < population; ++i) {
    generations[1].children.push_back(search.Step(child_reward));
  }
  return generations;
}

TEST(EvolutionTest, FoundsWithDistinctArchitectures) {
  Search search({});
  std::set<Text> founders;
  for (int i = 0; i < 100; ++i) { EXPECT_TRUE(founders.insert(search.Step(0)).second); }
}

// With the published defaults: the best 25 of 100 are the parents of 50 mutants and 50 crossovers.
TEST(EvolutionTest, AGenerationIsHalfMutantsAndHalfCrossoversOfTheBestQuarter) {
  Search search({});
  const auto generations = RunGenerations(search, 100, -1);
  const auto& founders = generations[0].children;
  const std::vector<Text> kept(founders.begin() + 75, founders.end());
  std::map<Text, int> parents;
  std::ptrdiff_t changed = 0;
  for (int i = 0; i < 50; ++i) {
    const Text& mutant = generations[1].children[static_cast<std::size_t>(i)];
    const Text& parent = *std::min_element(kept.begin(), kept.end(), [&](auto& a, auto& b) {
      return Distance(mutant, a) < Distance(mutant, b);
    });
    EXPECT_LE(Distance(mutant, parent), 8);
    changed += Distance(mutant, parent);
    ++parents[parent];
  }
  // 50 * 20 decisions, each redrawn with probability 0.1 from ten values.
  EXPECT_NEAR(static_cast<double>(changed), 90, 4 * std::sqrt(1000 * 0.09 * 0.91));
  EXPECT_GT(parents.size(), 12u);
  for (int i = 50; i < 100; ++i) {
    const Text& child = generations[1].children[static_cast<std::size_t>(i)];
    bool of_two = false;
    for (const Text& a : kept) {
      for (const Text& b : kept) { of_two = of_two || IsMixOf(child, {a, b}); }
    }
    EXPECT_TRUE(of_two) << child;
  }
}

// The second generation's parents are the best 25 of the existing 125: here the same 25, because
// all children are worse.
TEST(EvolutionTest, ParentsStayUntilChildrenAreBetter) {
  Search search({});
  const auto generations = RunGenerations(search, 100, -1);
  const auto& founders = generations[0].children;
  const std::vector<Text> kept(founders.begin() + 75, founders.end());
  for (int i = 0; i < 50; ++i) {
    const Text mutant = search.Step(0);
    EXPECT_TRUE(std::any_of(kept.begin(), kept.end(),
                            [&](const Text& p) { return Distance(mutant, p) <= 8; }));
  }
}

TEST(EvolutionTest, BetterChildrenReplaceTheParents) {
  Search search({.population = 4,
                 .parent_ratio = 0.25,
                 .mutation_ratio = 1,
                 .mutation_probability = 0});  // mutants are copies of the only parent
  for (const char value : {'0', '1', '2', '3'}) {
    search.Tell(All(value), value == '2' ? 5 : 0, true);
  }
  std::vector<Text> founders;
  for (int i = 0; i < 4; ++i) { founders.push_back(search.Step(1)); }
  // Trials that were not asked for take part: the best of all eight is one of them.
  EXPECT_EQ(search.Step(5), All('2'));
  for (int i = 0; i < 3; ++i) { EXPECT_EQ(search.Step(4), All('2')); }
  search.Tell(All('7'), 6, true);
  EXPECT_EQ(search.Step(5), All('2'));  // not before the generation ends
  for (int i = 0; i < 3; ++i) { search.Step(5); }
  EXPECT_EQ(search.Step(5), All('7'));
}

TEST(EvolutionTest, AmongEqualsTheLastToldIsKept) {
  Search search(
      {.population = 4, .parent_ratio = 0.25, .mutation_ratio = 1, .mutation_probability = 0});
  std::vector<Text> founders;
  for (int i = 0; i < 4; ++i) { founders.push_back(search.Step(1)); }
  EXPECT_EQ(search.Ask(), founders[3]);
}

TEST(EvolutionTest, CrossoversMayHaveTheSameParentTwice) {
  Search search({.population = 4, .parent_ratio = 0.5, .mutation_ratio = 0});
  std::vector<Text> founders;
  for (int i = 0; i < 4; ++i) { founders.push_back(search.Step(i)); }
  int copies = 0;
  constexpr int kChildren = 2000;
  for (int i = 0; i < kChildren; ++i) {
    const Text child = search.Step(-1);
    EXPECT_TRUE(IsMixOf(child, {founders[2], founders[3]}));
    copies += child == founders[2] || child == founders[3];
  }
  EXPECT_NEAR(copies, kChildren * 0.5, 4 * std::sqrt(kChildren * 0.25));
}

TEST(EvolutionTest, RatiosAreRoundedHalfToEven) {
  // 0.25 * 10 = 2.5 parents are 2, 0.15 * 10 = 1.5 mutants are 2.
  Search search(
      {.population = 10, .parent_ratio = 0.25, .mutation_ratio = 0.15, .mutation_probability = 1});
  std::vector<Text> founders;
  for (int i = 0; i < 10; ++i) { founders.push_back(search.Step(i)); }
  const std::vector<Text> kept = {founders[8], founders[9]};
  std::vector<bool> mixes;
  for (int i = 0; i < 10; ++i) { mixes.push_back(IsMixOf(search.Step(-1), kept)); }
  EXPECT_EQ(mixes,
            (std::vector<bool>{false, false, true, true, true, true, true, true, true, true}));
}

// ---- failed and rejected proposals

TEST(EvolutionTest, FailuresAreReplacedByAnotherOfTheSameKind) {
  // Mutants take nothing from their parents, crossovers everything.
  Search search(
      {.population = 4, .parent_ratio = 0.5, .mutation_ratio = 0.5, .mutation_probability = 1});
  std::set<Text> met;
  std::vector<Text> founders;
  for (int i = 0; i < 4; ++i) {
    for (int rejections = 0; rejections < 5; ++rejections) {
      const Text founder = search.Ask();
      EXPECT_TRUE(met.insert(founder).second);
      search.Reject(founder);
    }
    founders.push_back(search.Step(i));
    EXPECT_TRUE(met.insert(founders.back()).second);
  }
  const std::vector<Text> kept = {founders[2], founders[3]};
  for (int generation = 0; generation < 3; ++generation) {
    for (int child = 0; child < 4; ++child) {
      std::set<Text> drawn;
      for (int rejections = 0; rejections < 20; ++rejections) {
        const Text text = search.Ask();
        EXPECT_EQ(IsMixOf(text, kept), child >= 2);
        drawn.insert(text);
        rejections % 2 == 0 ? search.Reject(text) : search.Tell(text, kNaN);
      }
      EXPECT_GT(drawn.size(), child >= 2 ? 5u : 19u) << "redrawn";
      EXPECT_EQ(IsMixOf(search.Step(-1), kept), child >= 2);
    }
  }
}

TEST(EvolutionTest, ContinuesWhenEverythingFails) {
  Search search({.population = 4});
  std::set<Text> met;
  for (int i = 0; i < 500; ++i) {
    const Text text = search.Ask();
    EXPECT_TRUE(met.insert(text).second);
    search.Tell(text, kNaN);
  }
}

// ---- asks ahead

TEST(EvolutionTest, AsksAheadFillAGenerationOnlyOnce) {
  Search search(
      {.population = 4, .parent_ratio = 0.5, .mutation_ratio = 0.5, .mutation_probability = 1});
  std::vector<Text> founders;
  for (int i = 0; i < 4; ++i) { founders.push_back(search.Ask()); }
  for (int i = 0; i < 4; ++i) { search.Tell(founders[static_cast<std::size_t>(i)], i); }
  const std::vector<Text> kept = {founders[2], founders[3]};
  std::vector<Text> ahead;
  for (int i = 0; i < 200; ++i) { ahead.push_back(search.Ask()); }
  int crossovers = 0;
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    const bool mix = IsMixOf(ahead[i], kept);
    EXPECT_TRUE(i >= 4 || mix == (i >= 2)) << i;
    crossovers += mix;
  }
  EXPECT_NEAR(crossovers, 100, 4 * std::sqrt(200 * 0.25));
  // The two mutants and two crossovers that count are the first; the next generation begins.
  for (std::size_t i = 0; i < 4; ++i) { search.Tell(ahead[i], 10 + static_cast<double>(i)); }
  EXPECT_FALSE(IsMixOf(search.Ask(), {ahead[2], ahead[3]}));
  EXPECT_FALSE(IsMixOf(search.Ask(), {ahead[2], ahead[3]}));
  EXPECT_TRUE(IsMixOf(search.Ask(), {ahead[2], ahead[3]}));
  for (std::size_t i = 4; i < ahead.size(); ++i) {
    search.Tell(ahead[i], 0);  // and these join it
  }
  EXPECT_TRUE(IsMixOf(search.Ask(), {ahead[2], ahead[3]}));
}

// In the host's order, with the fourth mutant and the second crossover rejected once each: another
// of their kind takes their place while the younger ones are under way.
TEST(EvolutionTest, AGenerationIsCompleteWithSeveralUnderWay) {
  Search search(
      {.population = 10, .parent_ratio = 0.2, .mutation_ratio = 0.5, .mutation_probability = 1});
  std::deque<Text> under_way;
  for (int i = 0; i < 10; ++i) { under_way.push_back(search.Ask()); }
  std::vector<Text> founders(under_way.begin(), under_way.end());
  const std::vector<Text> kept = {founders[8], founders[9]};
  for (int i = 0; i < 10; ++i) { search.Tell(founders[static_cast<std::size_t>(i)], i); }
  under_way.clear();
  for (int i = 0; i < 4; ++i) { under_way.push_back(search.Ask()); }
  int mutants = 0, crossovers = 0;
  for (int told = 0; told < 10; ++told) {
    if (told == 3 || told == 6) {
      const bool mix = IsMixOf(under_way.front(), kept);
      search.Reject(under_way.front());
      under_way.front() = search.Ask();
      EXPECT_EQ(IsMixOf(under_way.front(), kept), mix) << told;
    }
    ++(IsMixOf(under_way.front(), kept) ? crossovers : mutants);
    search.Tell(under_way.front(), 100);
    under_way.pop_front();
    if (told < 6) { under_way.push_back(search.Ask()); }
  }
  EXPECT_EQ(mutants, 5);
  EXPECT_EQ(crossovers, 5);
  EXPECT_FALSE(IsMixOf(search.Ask(), kept)) << "the next generation, with other parents";
}

// ---- searches

double Height(const Text& text) {
  double sum = 0;
  for (std::size_t at = 0; at < text.size(); at += 2) { sum += text[at] - '0'; }
  return sum;
}

TEST(EvolutionTest, ClimbsAHill) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Search search({}, seed);
    double best = 0;
    for (int i = 0; i < 4000; ++i) {
      const Text text = search.Ask();
      search.Tell(text, Height(text));
      best = std::max(best, Height(text));
    }
    EXPECT_GE(best, 175) << "of 180";  // a random one has 90, with standard deviation 13
  }
}

TEST(EvolutionTest, ClimbsAHillWithSeveralUnderWay) {
  for (const std::size_t width : {4, 8}) {
    Search search({});
    double best = 0;
    std::deque<Text> under_way;
    for (int i = 0; i < 4000; ++i) {
      while (under_way.size() < width) { under_way.push_back(search.Ask()); }
      best = std::max(best, Height(under_way.front()));
      search.Tell(under_way.front(), Height(under_way.front()));
      under_way.pop_front();
    }
    EXPECT_GE(best, 175) << width;
  }
}

// Limits as the host enforces them: an architecture that breaks one is rejected, and another is
// requested.
TEST(EvolutionTest, ClimbsWithinALimit) {
  Search search({.population = 50});
  double best = 0;
  int trials = 0;
  for (int asks = 0; trials < 2000; ++asks) {
    ASSERT_LT(asks, 100000);
    const Text text = search.Ask();
    if (text[0] + text[2] > 2 * '0' + 6) {
      search.Reject(text);
      continue;
    }
    ++trials;
    search.Tell(text, Height(text));
    best = std::max(best, Height(text));
  }
  EXPECT_GE(best, 160) << "of 168";
}

TEST(EvolutionTest, TheSeedDecides) {
  std::set<Text> traces;
  for (const std::uint64_t seed : {1, 1, 2}) {
    Search search({.population = 10}, seed);
    Text trace;
    for (int i = 0; i < 100; ++i) {
      const Text text = search.Ask();
      search.Tell(text, Height(text));
      trace += text + ' ';
    }
    traces.insert(trace);
  }
  EXPECT_EQ(traces.size(), 2u);
}

// ---- what the space must have

std::string BindFailure(const lode_space_api& api, double mutation_ratio) {
  TestHost host;
  Evolution evolution(host.host(), {.mutation_ratio = mutation_ratio});
  return lode::Failure<lode::UnsupportedError>([&] {
    evolution.Bind(lode::Space({&api, TheSpace().handle().instance}));
  });
}

TEST(EvolutionTest, NeedsTheOperatorsThatItsRatiosUse) {
  lode_space_api without = *TheSpace().handle().api;
  without.resample = nullptr;
  EXPECT_EQ(BindFailure(without, 0.5),
            "the space has no resample, which evolution needs for mutants");
  EXPECT_EQ(BindFailure(without, 0), "");
  without = *TheSpace().handle().api;
  without.crossover = nullptr;
  EXPECT_EQ(BindFailure(without, 0.5),
            "the space has no crossover, which evolution needs for crossovers");
  EXPECT_EQ(BindFailure(without, 1), "");
}

}  // namespace
}  // namespace evolution
