#include "plugins/optimizers/local_search/local_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <lode/testing.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace local_search {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class LocalSearchTest : public testing::Test {
 protected:
  explicit LocalSearchTest(std::int64_t rows = 3) : grid_(rows, 4) {}

  LocalSearch Make(const std::string& improvement) {
    LocalSearch search(host_.host(), {improvement});
    search.Bind(grid_.space());
    return search;
  }
  std::string Ask(LocalSearch& search) {
    host_.Enter(step_++, Phase::kAsk);
    return grid_.space().Format(search.Ask());
  }
  // A NaN reward is a failed trial.
  void Tell(LocalSearch& search, const std::string& text, double reward, bool random = false) {
    const lode::Architecture architecture = grid_.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.random = random;
    search.Tell(trial);
  }
  void TellKnown(LocalSearch& search, const std::string& text, double reward) {
    const lode::Architecture architecture = grid_.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.random = trial.known = true;
    search.Tell(trial);
  }
  // Asks and answers with reward(text); returns the text.
  std::string Step(LocalSearch& search, const std::function<double(const std::string&)>& reward) {
    const std::string text = Ask(search);
    Tell(search, text, reward(text));
    return text;
  }
  std::set<std::string> NeighboursOf(const std::string& text) {
    std::set<std::string> texts;
    for (const auto& n : grid_.space().Neighbours(grid_.space().Parse(text))) {
      texts.insert(grid_.space().Format(n));
    }
    return texts;
  }

  Grid grid_;  // 64 architectures of 9 neighbors each
  TestHost host_;
  std::uint64_t step_ = 0;
};

double Flat(const std::string&) { return 0; }

TEST_F(LocalSearchTest, TheFirstClimbStartsAtTheBestKnownTrial) {
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    TellKnown(search, "0-0-0", 3);
    TellKnown(search, "1-2-3", 5);
    TellKnown(search, "2-2-2", kNaN);
    TellKnown(search, "3-3-3", 4);
    std::set<std::string> met;
    for (int i = 0; i < 9; ++i) { met.insert(Step(search, Flat)); }
    EXPECT_EQ(met, NeighboursOf("1-2-3")) << improvement;
    EXPECT_FALSE(NeighboursOf("1-2-3").contains(Step(search, Flat))) << "a restart";
  }
}

TEST_F(LocalSearchTest, EvaluatesEveryNeighbourOnceAndRestartsAtAnOptimum) {
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    const std::string start = Step(search, Flat);
    std::set<std::string> met = {start};
    for (int i = 0; i < 9; ++i) { met.insert(Step(search, Flat)); }
    std::set<std::string> expected = NeighboursOf(start);
    expected.insert(start);
    EXPECT_EQ(met, expected) << improvement;
    EXPECT_FALSE(met.contains(Step(search, Flat))) << "a restart is at a new place";
  }
}

TEST_F(LocalSearchTest, NeighboursComeInRandomOrder) {
  std::set<std::vector<std::string>> orders;
  const std::string start = "1-1-1";
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    TestHost host(seed);
    LocalSearch search(host.host(), {});
    search.Bind(grid_.space());
    std::vector<std::string> order;
    for (std::uint64_t t = 0; t < 10; ++t) {
      host.Enter(t, Phase::kAsk);
      const lode::Architecture proposal = search.Ask();
      lode::Trial trial{};
      trial.architecture = proposal;
      search.Tell(trial);
      order.push_back(grid_.space().Format(proposal));
    }
    order.erase(order.begin());
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 195u);
}

TEST_F(LocalSearchTest, FirstMovesAtTheFirstImprovement) {
  LocalSearch search = Make("first");
  const std::string start = Step(search, Flat);
  const std::string worse = Step(search, [](const std::string&) { return -1; });
  const std::string better = Step(search, [](const std::string&) { return 1; });
  const std::string next = Ask(search);
  EXPECT_TRUE(NeighboursOf(start).contains(worse));
  EXPECT_TRUE(NeighboursOf(start).contains(better));
  EXPECT_TRUE(NeighboursOf(better).contains(next));
  // All nine neighbors of `better` are visited now, in any order.
  std::set<std::string> met = {next};
  Tell(search, next, 0);
  for (int i = 0; i < 8; ++i) { met.insert(Step(search, Flat)); }
  EXPECT_EQ(met, NeighboursOf(better));
}

TEST_F(LocalSearchTest, BestMovesToTheBestOfAllNeighbours) {
  LocalSearch search = Make("best");
  const std::string start = Step(search, Flat);
  std::string best;
  for (int i = 0; i < 9; ++i) {
    const std::string text = Step(search, [&](const std::string&) { return i == 4 ? 3 : i % 3; });
    if (i == 4) { best = text; }
    EXPECT_TRUE(NeighboursOf(start).contains(text));
  }
  std::set<std::string> met;
  for (int i = 0; i < 9; ++i) { met.insert(Step(search, Flat)); }
  EXPECT_EQ(met, NeighboursOf(best));
}

TEST_F(LocalSearchTest, BestWaitsForAllNeighboursInAnyOrder) {
  LocalSearch search = Make("best");
  Step(search, Flat);
  std::vector<std::string> neighbours;
  for (int i = 0; i < 9; ++i) { neighbours.push_back(Ask(search)); }
  for (const int i : {8, 3, 5, 4, 0, 7, 1, 2, 6}) {
    Tell(search, neighbours[static_cast<std::size_t>(i)], i == 4 ? 3 : i % 3);
  }
  std::set<std::string> met;
  for (int i = 0; i < 9; ++i) { met.insert(Step(search, Flat)); }
  EXPECT_EQ(met, NeighboursOf(neighbours[4]));
}

TEST_F(LocalSearchTest, FirstMovesAtTheImprovementThatIsToldFirst) {
  LocalSearch search = Make("first");
  Step(search, Flat);
  const std::string oldest = Ask(search), middle = Ask(search), youngest = Ask(search);
  Tell(search, youngest, 2);
  Tell(search, oldest, 1);  // better than the start, and not than the youngest
  Tell(search, middle, kNaN);
  for (int i = 0; i < 7; ++i) {  // the other two of nine may be those
    const std::string text = Step(search, Flat);
    EXPECT_TRUE(NeighboursOf(youngest).contains(text)) << text;
  }
}

TEST_F(LocalSearchTest, AFailedNeighbourIsNotAnImprovementAndAFailedStartIsReplaced) {
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    const std::string failed_start = Step(search, [](const std::string&) { return kNaN; });
    const std::string start = Step(search, Flat);
    EXPECT_NE(start, failed_start);
    std::set<std::string> met;
    for (int i = 0; i < 9; ++i) {
      met.insert(Step(search, [](const std::string&) { return kNaN; }));
    }
    EXPECT_EQ(met, NeighboursOf(start)) << improvement;
  }
}

TEST_F(LocalSearchTest, TrialsFromElsewhereDoNotMoveTheClimb) {
  LocalSearch search = Make("first");
  const std::string start = Step(search, Flat);
  std::set<std::string> met;
  for (int i = 0; i < 9; ++i) {
    Tell(search, "3-3-3", 100, /*random=*/true);
    const std::string text = Ask(search);
    Tell(search, text == "0-0-0" ? "0-0-1" : "0-0-0", 100);  // not the proposed one
    Tell(search, text, -1);
    met.insert(text);
  }
  EXPECT_EQ(met, NeighboursOf(start));
}

TEST_F(LocalSearchTest, ClimbsAHillToItsTop) {
  const auto height = [](const std::string& text) {
    return text[0] + text[2] + text[4] - 3.0 * '0';
  };
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    double best = 0;
    // Three moves of nine neighbors at most per "best" climb, nine moves per "first" climb.
    for (int i = 0; i < 100; ++i) { best = std::max(best, height(Step(search, height))); }
    EXPECT_EQ(best, 9) << improvement;
  }
}

// ---- several proposals under way

class LocalSearchAhead : public LocalSearchTest {};

// On a flat landscape a climb evaluates its start and all its neighbors, once each; with any
// number under way no proposal is made twice before that, and starts are new.
TEST_F(LocalSearchAhead, EveryNeighbourOfEveryStartIsEvaluatedOnce) {
  for (const char* improvement : {"first", "best"}) {
    for (const int width : {2, 3, 7}) {
      LocalSearch search = Make(improvement);
      std::vector<std::string> starts;
      for (int i = 0; i < width; ++i) { starts.push_back(Ask(search)); }
      EXPECT_EQ(std::set(starts.begin(), starts.end()).size(), starts.size());
      for (const std::string& start : starts) { Tell(search, start, 0); }
      // All neighbors of the first start, then of the second, ...
      for (const std::string& start : starts) {
        std::vector<std::string> round;
        for (int i = 0; i < 9; ++i) { round.push_back(Ask(search)); }
        EXPECT_EQ(std::set(round.begin(), round.end()), NeighboursOf(start)) << improvement;
        for (const std::string& text : round) { Tell(search, text, 0); }
      }
    }
  }
}

// While all neighbors of the only climb are under way the next climb begins, and continues later.
TEST_F(LocalSearchAhead, ANewClimbStartsWhileTheOldOneWaits) {
  LocalSearch search = Make("best");
  const std::string start = Step(search, Flat);
  std::vector<std::string> ring;
  for (int i = 0; i < 9; ++i) { ring.push_back(Ask(search)); }
  const std::string next = Ask(search);
  EXPECT_FALSE(NeighboursOf(start).contains(next) || next == start);
  for (int i = 0; i < 8; ++i) { Tell(search, ring[static_cast<std::size_t>(i)], i == 4 ? 2 : 1); }
  Tell(search, next, 0);
  EXPECT_TRUE(NeighboursOf(next).contains(Ask(search)));  // the old one still waits
  Tell(search, ring[8], kNaN);
  // The old one has moved and goes first; none of its neighbors is under way, so all nine come.
  std::set<std::string> met;
  for (int i = 0; i < 9; ++i) { met.insert(Ask(search)); }
  EXPECT_EQ(met, NeighboursOf(ring[4]));
}

// The better of two neighbors that were under way together wins, in either order; the other one,
// and any new neighbor under way, is not proposed again.
TEST_F(LocalSearchAhead, ALateNeighbourCountsIfItIsBetter) {
  for (const bool better_first : {true, false}) {
    LocalSearch search = Make("first");
    const std::string start = Step(search, Flat);
    const std::string one = Ask(search), two = Ask(search), three = Ask(search);
    Tell(search, one, better_first ? 5 : 4);
    std::set<std::string> expected = NeighboursOf(one);
    expected.erase(two), expected.erase(three);
    std::set<std::string> met;
    for (std::size_t i = 0; i < expected.size(); ++i) { met.insert(Ask(search)); }
    EXPECT_EQ(met, expected);
    Tell(search, two, better_first ? 4 : 5);
    const std::string next = Ask(search);
    if (better_first) {
      EXPECT_FALSE(NeighboursOf(one).contains(next)) << "a new climb";
    } else {
      EXPECT_TRUE(NeighboursOf(two).contains(next) && !met.contains(next));
    }
  }
}

TEST_F(LocalSearchAhead, TheHighestClimbGoesFirst) {
  LocalSearch search = Make("first");
  const std::string low = Ask(search), high = Ask(search), same = Ask(search);
  Tell(search, low, 1);
  EXPECT_TRUE(NeighboursOf(low).contains(Ask(search)));
  Tell(search, high, 2);
  Tell(search, same, 2);
  std::set<std::string> met;
  for (int i = 0; i < 9; ++i) { met.insert(Ask(search)); }
  EXPECT_EQ(met, NeighboursOf(high));
  EXPECT_TRUE(NeighboursOf(same).contains(Ask(search)));
}

// A failed or rejected proposal counts as evaluated, and the next one takes its place.
TEST_F(LocalSearchAhead, FailuresDoNotEndAClimbEarly) {
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    const std::string start = Step(search, Flat);
    std::deque<std::string> under_way;
    std::set<std::string> met;
    for (int i = 0; i < 3; ++i) { under_way.push_back(Ask(search)); }
    for (int i = 0; i < 6; ++i) {
      met.insert(under_way.front());
      Tell(search, under_way.front(), kNaN);
      under_way.pop_front();
      under_way.push_back(Ask(search));
    }
    met.insert(under_way.begin(), under_way.end());
    EXPECT_EQ(met, NeighboursOf(start)) << improvement;
  }
}

TEST_F(LocalSearchAhead, ContinuesInASpaceOfOneArchitecture) {
  Grid single(1, 1);
  LocalSearch search(host_.host(), {});
  search.Bind(single.space());
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(search.Ask(), lode::Architecture{1});
    if (i < 3) { continue; }
    lode::Trial trial{};
    const lode::Architecture only = {1};
    trial.architecture = only;
    search.Tell(trial);
  }
}

// 65536 architectures of 24 neighbors each.
class LocalSearchOfHills : public LocalSearchTest {
 protected:
  LocalSearchOfHills() : LocalSearchTest(8) {}

  using Reward = std::function<double(const std::string&)>;

  // Follows the host's order: `width` are asked for, then always the oldest is told and the next
  // asked for. Returns all that were told, in order.
  std::vector<std::string> Run(const std::string& improvement, int width, std::size_t steps,
                               const Reward& reward) {
    LocalSearch search = Make(improvement);
    step_ = 0;
    std::vector<std::string> told;
    std::deque<std::string> under_way;
    for (int i = 0; i < width; ++i) { under_way.push_back(Ask(search)); }
    while (told.size() < steps) {
      told.push_back(under_way.front());
      under_way.pop_front();
      Tell(search, told.back(), reward(told.back()));
      under_way.push_back(Ask(search));
    }
    return told;
  }
  std::string BestNeighbour(const std::string& text, const Reward& reward) {
    const std::set<std::string> all = NeighboursOf(text);
    return *std::ranges::max_element(all, {}, reward);
  }
};

double SumOfDigits(const std::string& text) {
  double sum = 0;
  for (std::size_t at = 0; at < text.size(); at += 2) { sum += text[at] - '0'; }
  return sum;
}

// Many hills, all of different heights: each pair of successive decisions has its own value.
double Rugged(const std::string& text) {
  double sum = 0;
  for (std::size_t at = 0; at + 2 < text.size(); at += 2) {
    const int pair = 16 * static_cast<int>(at) + 4 * (text[at] - '0') + text[at + 2] - '0';
    sum += std::fmod(0.6180339887498949 * (pair + 1) * (pair + 1), 1);
  }
  return sum;
}

// The steepest ascent from the first start follows from the landscape alone.
TEST_F(LocalSearchOfHills, BestFindsTheSameOptimumWithAnyNumberUnderWay) {
  std::vector<std::string> ascent = Run("best", 1, 1, Rugged);
  for (std::string next = BestNeighbour(ascent.back(), Rugged);
       Rugged(next) > Rugged(ascent.back()); next = BestNeighbour(next, Rugged)) {
    ascent.push_back(next);
  }
  ASSERT_GT(ascent.size(), 4u);
  for (const int width : {1, 2, 3, 7}) {
    const auto told = Run("best", width, 2000, Rugged);
    std::set<std::string> met(told.begin(), told.end());
    for (const std::string& point : ascent) { EXPECT_TRUE(met.contains(point)) << width; }
    for (const std::string& n : NeighboursOf(ascent.back())) {
      EXPECT_TRUE(met.contains(n)) << width;
    }
  }
}

// On the only hill, every climb ends at the top.
TEST_F(LocalSearchOfHills, ClimbsToTheTopWithAnyNumberUnderWay) {
  for (const char* improvement : {"first", "best"}) {
    for (const int width : {1, 2, 4, 8}) {
      double best = 0;
      for (const std::string& text : Run(improvement, width, 400, SumOfDigits)) {
        best = std::max(best, SumOfDigits(text));
      }
      EXPECT_EQ(best, 24) << improvement << ", " << width;
    }
  }
}

TEST_F(LocalSearchTest, WorksInASpaceOfOneArchitecture) {
  Grid single(1, 1);
  LocalSearch search(host_.host(), {});
  search.Bind(single.space());
  for (int i = 0; i < 5; ++i) {
    const lode::Architecture only = search.Ask();
    lode::Trial trial{};
    trial.architecture = only;
    search.Tell(trial);
    EXPECT_EQ(only, lode::Architecture{1});
  }
}

TEST_F(LocalSearchTest, NeedsNeighbours) {
  lode_space_api without = *grid_.space().handle().api;
  without.neighbours = nullptr;
  LocalSearch search(host_.host(), {});
  EXPECT_THROW(search.Bind(lode::Space({&without, grid_.space().handle().instance})),
               lode::UnsupportedError);
}

}  // namespace
}  // namespace local_search
