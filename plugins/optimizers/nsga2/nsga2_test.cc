#include "plugins/optimizers/nsga2/nsga2.h"

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
#include <utility>
#include <vector>

namespace nsga2 {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A search of a grid: does what the host does, with texts for architectures.
class Search {
 public:
  Search(const lode::Space& space, const Nsga2::Config& config, std::uint64_t seed = 1)
      : space_(space), host_(seed), nsga2_(host_.host(), config) {
    nsga2_.Bind(space);
  }

  std::string Ask() {
    host_.Enter(step_++, Phase::kAsk);
    return space_.Format(nsga2_.Ask());
  }
  void Tell(const std::string& text, const std::vector<double>& objectives, double violation = 0) {
    const lode::Architecture architecture = space_.Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.objectives = objectives;
    trial.reward = objectives[0];
    trial.violation = violation;
    nsga2_.Tell(trial);
  }
  void Fail(const std::string& text, bool rejected = false) {
    const lode::Architecture architecture = space_.Parse(text);
    const std::vector<double> objectives = {kNaN, kNaN};
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.objectives = objectives;
    trial.reward = trial.violation = kNaN;
    trial.failed = true;
    trial.rejected = rejected;
    nsga2_.Tell(trial);
  }

 private:
  lode::Space space_;
  TestHost host_;
  Nsga2 nsga2_;
  std::uint64_t step_ = 0;
};

// The number of decisions that differ.
std::ptrdiff_t Distance(const std::string& a, const std::string& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), std::ptrdiff_t{0}, std::plus<>(),
                            std::not_equal_to<>());
}

constexpr Nsga2::Config kMutantsOf3 = {.population = 3, .crossover_probability = 0};

// ---- generations

TEST(Nsga2Test, FoundsThePopulationWithDistinctArchitectures) {
  const Grid small(2, 2);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Search search(small.space(), {.population = 4}, seed);
    std::set<std::string> founders;
    for (int i = 0; i < 4; ++i) {
      const std::string text = search.Ask();
      EXPECT_TRUE(founders.insert(text).second);
      search.Tell(text, {1, 2});
    }
  }
}

TEST(Nsga2Test, FailedAndRejectedFoundersAreReplaced) {
  const Grid grid(6, 4);
  Search search(grid.space(), kMutantsOf3);
  std::set<std::string> met;
  for (int i = 0; i < 20; ++i) {
    const std::string text = search.Ask();
    EXPECT_TRUE(met.insert(text).second);
    search.Fail(text, i % 2 == 0);
  }
  search.Tell("0-0-0-0-0-0", {1, 1});
  search.Tell("1-1-1-1-1-1", {1, 1});
  EXPECT_GT(Distance(search.Ask(), "0-0-0-0-0-0"), 1);  // still founding
  search.Tell("2-2-2-2-2-2", {1, 1});
  const std::string child = search.Ask();
  EXPECT_EQ(std::min({Distance(child, "0-0-0-0-0-0"), Distance(child, "1-1-1-1-1-1"),
                      Distance(child, "2-2-2-2-2-2")}),
            1);
}

TEST(Nsga2Test, AFailedChildHasNoPlaceAndIsReplaced) {
  const Grid grid(6, 4);
  Search search(grid.space(), {.population = 1, .crossover_probability = 0});
  search.Tell("0-0-0-0-0-0", {0, 0});
  for (int i = 0; i < 10; ++i) {
    const std::string child = search.Ask();
    EXPECT_EQ(Distance(child, "0-0-0-0-0-0"), 1);
    search.Fail(child, i % 2 == 0);
  }
}

// Parents and children compete: a generation of worse children changes nothing, better ones replace
// all, and from a front that is too large the crowded ones are removed.
TEST(Nsga2Test, TheBestOfParentsAndChildrenSurvive) {
  const Grid grid(6, 4);
  const auto parents_of =
      [&](const std::vector<std::pair<std::string, std::vector<double>>>& told) {
        std::set<std::string> parents;
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
          Search search(grid.space(), kMutantsOf3, seed);
          search.Tell("0-0-0-0-0-0", {0, 4});
          search.Tell("1-1-1-1-1-1", {2, 2});
          search.Tell("2-2-2-2-2-2", {4, 0});
          for (const auto& [text, objectives] : told) { search.Tell(text, objectives); }
          const std::string child = search.Ask();
          for (const char* text : {"0-0-0-0-0-0", "1-1-1-1-1-1", "2-2-2-2-2-2", "3-3-3-3-3-3",
                                   "0-1-2-3-0-1", "3-2-1-0-3-2"}) {
            if (Distance(child, text) == 1) { parents.insert(std::string(1, text[0]) + text[2]); }
          }
        }
        return parents;
      };
  using Set = std::set<std::string>;
  EXPECT_EQ(parents_of({}), (Set{"00", "11", "22"}));
  EXPECT_EQ(parents_of({{"3-3-3-3-3-3", {0, 0}}, {"0-1-2-3-0-1", {1, 1}}, {"3-2-1-0-3-2", {1, 0}}}),
            (Set{"00", "11", "22"}));
  EXPECT_EQ(parents_of({{"3-3-3-3-3-3", {4, 4}}, {"0-1-2-3-0-1", {3, 5}}, {"3-2-1-0-3-2", {5, 3}}}),
            (Set{"33", "01", "32"}));
  // All six are one front with ends 00 and 22; 33 at (2.4, 1.9) has the widest gap around it.
  EXPECT_EQ(
      parents_of(
          {{"3-3-3-3-3-3", {2.4, 1.9}}, {"0-1-2-3-0-1", {1.9, 2.1}}, {"3-2-1-0-3-2", {1.8, 2.2}}}),
      (Set{"00", "22", "33"}));
}

TEST(Nsga2Test, LimitsRankBeforeObjectives) {
  const Grid grid(6, 4);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Search search(grid.space(), {.population = 1, .crossover_probability = 0}, seed);
    search.Tell("0-0-0-0-0-0", {9, 9}, 0.5);
    search.Tell("1-1-1-1-1-1", {8, 8}, 0.4);
    EXPECT_EQ(Distance(search.Ask(), "1-1-1-1-1-1"), 1);
    search.Tell("2-2-2-2-2-2", {0, 0});
    EXPECT_EQ(Distance(search.Ask(), "2-2-2-2-2-2"), 1);
    search.Tell("3-3-3-3-3-3", {9, 9}, 1e-9);
    EXPECT_EQ(Distance(search.Ask(), "2-2-2-2-2-2"), 1);
  }
}

// ---- parents

// Fractions of the members among the parents of first children, over many seeds.
std::map<std::string, int> CountParents(const Grid& grid, const std::vector<double>& a,
                                        const std::vector<double>& b, const std::vector<double>& c,
                                        int seeds) {
  std::map<std::string, int> counts;
  for (int seed = 0; seed < seeds; ++seed) {
    Search search(grid.space(), kMutantsOf3, static_cast<std::uint64_t>(seed));
    search.Tell("0-0-0-0-0-0", a);
    search.Tell("1-1-1-1-1-1", b);
    search.Tell("2-2-2-2-2-2", c);
    const std::string child = search.Ask();
    for (const char* text : {"0-0-0-0-0-0", "1-1-1-1-1-1", "2-2-2-2-2-2"}) {
      counts[text] += Distance(child, text) == 1;
    }
  }
  return counts;
}

void ExpectShare(int count, int of, double share) {
  EXPECT_NEAR(count, of * share, 4 * std::sqrt(of * share * (1 - share)));
}

// Two draws with replacement select the best of three with probability 5/9, the worst with 1/9.
TEST(Nsga2Test, ParentsAreTheBetterOfTwo) {
  const Grid grid(6, 4);
  auto counts = CountParents(grid, {1}, {3}, {2}, 9000);
  ExpectShare(counts["1-1-1-1-1-1"], 9000, 5.0 / 9);
  ExpectShare(counts["2-2-2-2-2-2"], 9000, 3.0 / 9);
  ExpectShare(counts["0-0-0-0-0-0"], 9000, 1.0 / 9);
}

// Within a front the ends win against the middle, and tie with each other.
TEST(Nsga2Test, ParentsInOneFrontAreTheLessCrowded) {
  const Grid grid(6, 4);
  auto counts = CountParents(grid, {0, 4}, {2, 2}, {4, 0}, 9000);
  ExpectShare(counts["1-1-1-1-1-1"], 9000, 1.0 / 9);
  ExpectShare(counts["0-0-0-0-0-0"], 9000, 4.0 / 9);
  ExpectShare(counts["2-2-2-2-2-2"], 9000, 4.0 / 9);
}

TEST(Nsga2Test, CrossesTwoParentsAndMutatesSomeChildren) {
  const Grid grid(20, 4);
  const std::string zeros = grid.space().Format([&] {
    lode::Architecture a(80);
    for (std::size_t r = 0; r < 20; ++r) { a[4 * r] = 1; }
    return a;
  }());
  std::string ones = zeros, twos = zeros;
  std::replace(ones.begin(), ones.end(), '0', '1');
  std::replace(twos.begin(), twos.end(), '0', '2');
  int mutated = 0;
  constexpr int kSeeds = 2000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Search search(grid.space(), {.population = 2, .crossover_probability = 1}, seed);
    search.Tell(zeros, {0, 1});
    search.Tell(ones, {1, 0});
    const std::string child = search.Ask();
    const auto others =
        std::count_if(child.begin(), child.end(), [](char c) { return c == '2' || c == '3'; });
    ASSERT_LE(others, 1);
    mutated += others == 1;
  }
  // With q = 1/2 the probability of a mutation: a try in which both parents are the same (1/2) and
  // no mutation follows (1 - q) gives a copy and is repeated, so q / (1 - (1 - q) / 2) of the
  // children shown are mutated; two of three mutations lead to the values 2 and 3.
  ExpectShare(mutated, kSeeds, 2.0 / 3 * 0.5 / (1 - 0.25));
}

TEST(Nsga2Test, WithoutCrossoverChildrenAreMutants) {
  const Grid grid(6, 4);
  lode_space_api without = *grid.space().handle().api;
  without.crossover = nullptr;
  const lode::Space space({&without, grid.space().handle().instance});
  Search search(space, {.population = 1, .mutation_probability = 0});
  search.Tell("0-0-0-0-0-0", {5, 5});
  for (int i = 0; i < 10; ++i) { EXPECT_EQ(Distance(search.Ask(), "0-0-0-0-0-0"), 1); }
}

TEST(Nsga2Test, NeedsMutation) {
  const Grid grid(6, 4);
  lode_space_api without = *grid.space().handle().api;
  without.mutate = nullptr;
  TestHost host;
  Nsga2 nsga2(host.host(), {});
  EXPECT_THROW(nsga2.Bind(lode::Space({&without, grid.space().handle().instance})),
               lode::UnsupportedError);
}

// ---- repeats, asks ahead

TEST(Nsga2Test, ProposesNothingTwiceWhileThereAreOthers) {
  const Grid grid(4, 3);  // 81 architectures
  for (const double crossover : {0.0, 0.9, 1.0}) {
    Search search(grid.space(), {.population = 10, .crossover_probability = crossover});
    std::set<std::string> met;
    for (int i = 0; i < 81; ++i) {
      const std::string text = search.Ask();
      EXPECT_TRUE(met.insert(text).second);
      search.Tell(text, {static_cast<double>(text[0]), static_cast<double>(text[2])});
    }
    for (int i = 0; i < 50; ++i) { search.Tell(search.Ask(), {0, 0}); }
  }
}

TEST(Nsga2Test, WorksInASpaceOfOneArchitecture) {
  const Grid single(1, 1);
  Search search(single.space(), {.population = 2});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(search.Ask(), "0");
    search.Tell("0", {1, 1});
  }
}

TEST(Nsga2Test, AsksMayRunAheadOfSeveralGenerations) {
  const Grid grid(10, 4);
  std::vector<std::vector<std::string>> runs;
  for (int run = 0; run < 2; ++run) {
    Search search(grid.space(), {.population = 10});
    std::vector<std::string>& trace = runs.emplace_back();
    for (int round = 0; round < 5; ++round) {
      std::vector<std::string> ahead;
      for (int i = 0; i < 35; ++i) { ahead.push_back(search.Ask()); }
      for (const std::string& text : ahead) {
        search.Tell(text, {static_cast<double>(text[0]), -static_cast<double>(text[0])});
      }
      trace.insert(trace.end(), ahead.begin(), ahead.end());
    }
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_EQ(std::set(runs[0].begin(), runs[0].end()).size(), runs[0].size());
}

// Every child counts in the generation in which it was told, even if it was bred before: here each
// is better than all before, so the parents are always the last three told.
TEST(Nsga2Test, NoChildIsLostWithSeveralUnderWay) {
  const Grid grid(20, 4);
  for (const std::size_t width : {2u, 4u, 7u}) {
    Search search(grid.space(), kMutantsOf3);
    std::deque<std::string> under_way;
    std::vector<std::string> told;
    for (std::size_t i = 0; i < width; ++i) { under_way.push_back(search.Ask()); }
    for (int step = 0; step < 60; ++step) {
      told.push_back(under_way.front());
      under_way.pop_front();
      search.Tell(told.back(), {static_cast<double>(step), static_cast<double>(step)});
      under_way.push_back(search.Ask());
      // The last complete generation; random until there is one.
      const std::size_t generations = told.size() / 3;
      std::ptrdiff_t distance = 100;
      for (std::size_t i = 3 * generations; i-- > 0 && i + 3 >= 3 * generations;) {
        distance = std::min(distance, Distance(under_way.back(), told[i]));
      }
      EXPECT_EQ(distance == 1, generations > 0) << width << ", " << step;
    }
  }
}

// Proposals that fail or are rejected among others under way have no place; the generation has its
// full size.
TEST(Nsga2Test, FailuresAmongOthersUnderWayHaveNoPlace) {
  const Grid grid(20, 4);
  Search search(grid.space(), kMutantsOf3);
  std::vector<std::string> founders;
  for (int i = 0; i < 5; ++i) { founders.push_back(search.Ask()); }
  search.Tell(founders[0], {1, 1});
  search.Fail(founders[1], /*rejected=*/true);
  const std::string again = search.Ask();
  search.Fail(again);
  search.Tell(founders[2], {1, 1});
  EXPECT_GT(Distance(search.Ask(), founders[0]), 1);  // two of three
  search.Tell(founders[3], {1, 1});
  const std::string child = search.Ask();
  EXPECT_EQ(std::min({Distance(child, founders[0]), Distance(child, founders[2]),
                      Distance(child, founders[3])}),
            1);
}

TEST(Nsga2Test, RefusesAnotherNumberOfObjectives) {
  const Grid grid(6, 4);
  Search search(grid.space(), {});
  search.Tell("0-0-0-0-0-0", {1, 2});
  try {
    search.Tell("1-1-1-1-1-1", {1, 2, 3});
    FAIL();
  } catch (const lode::InvalidError& e) {
    EXPECT_STREQ(e.what(), "the trial has 3 objectives, those before had 2");
  }
}

// ---- searches

using Goals = std::vector<double>;
using Problem = std::function<Goals(const std::string&)>;

// The area that points dominate above `reference`, both goals maximized.
double Hypervolume(std::vector<Goals> points, const Goals& reference) {
  std::sort(points.begin(), points.end(), std::greater<>());
  double area = 0, height = reference[1];
  for (const Goals& p : points) {
    if (p[0] <= reference[0] || p[1] <= height) { continue; }
    area += (p[0] - reference[0]) * (p[1] - height);
    height = p[1];
  }
  return area;
}

TEST(HypervolumeTest, OfStaircases) {
  EXPECT_EQ(Hypervolume({}, {0, 0}), 0);
  EXPECT_EQ(Hypervolume({{2, 3}}, {0, 0}), 6);
  EXPECT_EQ(Hypervolume({{1, 3}, {2, 2}, {3, 1}, {1, 1}, {2, 2}, {-5, 9}}, {0, 0}), 6);
}

double Digit(const std::string& text, std::size_t row) { return text[2 * row] - '0'; }

// ZDT1 (Zitzler, Deb, Thiele, Evolutionary Computation 8(2), 2000) with 16 values of its first
// variable and 8 more variables of 4 values each; both goals are converted so that larger is
// better.
Goals Zdt1(const std::string& text) {
  const double x = (4 * Digit(text, 0) + Digit(text, 1)) / 15;
  double sum = 0;
  for (std::size_t row = 2; row < 10; ++row) { sum += Digit(text, row) / 3; }
  const double g = 1 + 9 * sum / 8;
  return {-x, -g * (1 - std::sqrt(x / g))};
}

// Its Pareto front, from the paper: g = 1.
std::vector<Goals> Zdt1Front() {
  std::vector<Goals> front;
  for (int i = 0; i < 16; ++i) { front.push_back({-i / 15.0, -(1 - std::sqrt(i / 15.0))}); }
  return front;
}

// Two goals that are sums over the decisions, where each value of a decision is good for one and
// bad for the other: a front of many points without a pattern.
double Term(int goal, std::size_t row, std::size_t value) {
  const double spread =
      std::fmod(0.618033988749895 * static_cast<double>(7 * row + 3 * value + 1), 1);
  const double trade = static_cast<double>(value) / 3;
  return goal == 0 ? trade * (1 + spread) : (1 - trade * trade) * (2 - spread);
}
Goals TwoSums(const std::string& text) {
  Goals goals(2);
  for (std::size_t row = 0; row < 10; ++row) {
    for (int goal = 0; goal < 2; ++goal) {
      goals[static_cast<std::size_t>(goal)] +=
          Term(goal, row, static_cast<std::size_t>(Digit(text, row)));
    }
  }
  return goals;
}

// Its Pareto front, one decision at a time: points dominated in a partial sum stay dominated.
std::vector<Goals> TwoSumsFront() {
  std::vector<Goals> front = {{0, 0}};
  for (std::size_t row = 0; row < 10; ++row) {
    std::vector<Goals> sums;
    for (const Goals& sum : front) {
      for (std::size_t value = 0; value < 4; ++value) {
        sums.push_back({sum[0] + Term(0, row, value), sum[1] + Term(1, row, value)});
      }
    }
    std::sort(sums.begin(), sums.end(), std::greater<>());
    front.clear();
    for (const Goals& sum : sums) {
      if (front.empty() || sum[1] > front.back()[1]) { front.push_back(sum); }
    }
  }
  return front;
}

// The fraction of the front's hypervolume that `queries` distinct architectures reach, with `width`
// under way.
double ShareReached(const Problem& problem, const std::vector<Goals>& front, const Goals& reference,
                    const Nsga2::Config& config, std::uint64_t seed, int queries,
                    std::size_t width = 1) {
  const Grid grid(10, 4);
  Search search(grid.space(), config, seed);
  std::vector<Goals> met;
  std::deque<std::string> under_way;
  for (int i = 0; i < queries; ++i) {
    while (under_way.size() < width) { under_way.push_back(search.Ask()); }
    met.push_back(problem(under_way.front()));
    search.Tell(under_way.front(), met.back());
    under_way.pop_front();
  }
  return Hypervolume(met, reference) / Hypervolume(front, reference);
}

// Founding only: random search without repeats.
constexpr Nsga2::Config kRandomSearch = {.population = 1 << 20};

TEST(Nsga2Search, ReachesTheFrontOfZdt1) {
  const Goals reference = {-1.1, -1.1};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const double random = ShareReached(Zdt1, Zdt1Front(), reference, kRandomSearch, seed, 2000);
    const double nsga2 = ShareReached(Zdt1, Zdt1Front(), reference, {}, seed, 2000);
    EXPECT_GT(nsga2, 0.97) << seed;
    EXPECT_GT(nsga2, random + 0.2) << seed;
  }
}

TEST(Nsga2Search, ReachesTheFrontOfZdt1WithSeveralUnderWay) {
  for (const std::size_t width : {4, 8}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const double share = ShareReached(Zdt1, Zdt1Front(), {-1.1, -1.1}, {}, seed, 2000, width);
      EXPECT_GT(share, 0.97) << width << ", " << seed;
    }
  }
}

TEST(Nsga2Search, ReachesTheFrontOfTwoSums) {
  const std::vector<Goals> front = TwoSumsFront();
  EXPECT_GT(front.size(), 50u);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const double random = ShareReached(TwoSums, front, {0, 0}, kRandomSearch, seed, 2000);
    const double nsga2 = ShareReached(TwoSums, front, {0, 0}, {}, seed, 2000);
    EXPECT_GT(nsga2, 0.97) << seed;
    EXPECT_GT(nsga2, random) << seed;
  }
}

TEST(Nsga2Search, ClimbsASingleObjective) {
  const Grid grid(10, 4);
  Search search(grid.space(), {.population = 20});
  double best = 0;
  for (int i = 0; i < 800; ++i) {
    const std::string text = search.Ask();
    double height = 0;
    for (std::size_t row = 0; row < 10; ++row) { height += Digit(text, row); }
    best = std::max(best, height);
    search.Tell(text, {height});
  }
  EXPECT_EQ(best, 30);
}

TEST(Nsga2Search, TheSeedDecides) {
  const Grid grid(10, 4);
  std::set<std::string> ends;
  for (const std::uint64_t seed : {1, 1, 2}) {
    Search search(grid.space(), {.population = 10}, seed);
    std::string trace;
    for (int i = 0; i < 60; ++i) {
      const std::string text = search.Ask();
      search.Tell(text, TwoSums(text));
      trace += text + ' ';
    }
    ends.insert(trace);
  }
  EXPECT_EQ(ends.size(), 2u);
}

}  // namespace
}  // namespace nsga2
