#include "plugins/local_search/local_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/verify/grid.h"
#include "core/verify/test_host.h"

namespace {

using lode::core::Phase;
using lode::verify::Grid;
using lode::verify::TestHost;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class LocalSearchTest : public testing::Test {
 protected:
  LocalSearch Make(const std::string& improvement) {
    LocalSearch search(lode::Host(host_.get()), {improvement});
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
  // Asks and answers with reward(text); returns the text.
  std::string Step(LocalSearch& search, const std::function<double(const std::string&)>& reward) {
    const std::string text = Ask(search);
    Tell(search, text, reward(text));
    return text;
  }
  std::set<std::string> NeighboursOf(const std::string& text) {
    std::set<std::string> texts;
    for (const auto& n : grid_.space().Neighbours(grid_.space().Parse(text)))
      texts.insert(grid_.space().Format(n));
    return texts;
  }

  Grid grid_{3, 4};  // 64 architectures of 9 neighbours each
  TestHost host_;
  std::uint64_t step_ = 0;
};

double Flat(const std::string&) { return 0; }

TEST_F(LocalSearchTest, EvaluatesEveryNeighbourOnceAndRestartsAtAnOptimum) {
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    const std::string start = Step(search, Flat);
    std::set<std::string> met = {start};
    for (int i = 0; i < 9; ++i) met.insert(Step(search, Flat));
    std::set<std::string> expected = NeighboursOf(start);
    expected.insert(start);
    EXPECT_EQ(met, expected) << improvement;
    EXPECT_FALSE(met.contains(Step(search, Flat))) << "a restart is somewhere new";
  }
}

TEST_F(LocalSearchTest, NeighboursComeInRandomOrder) {
  std::set<std::vector<std::string>> orders;
  const std::string start = "1-1-1";
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    TestHost host(seed);
    LocalSearch search(lode::Host(host.get()), {});
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
  // All nine neighbours of `better` are met now, in whatever order.
  std::set<std::string> met = {next};
  Tell(search, next, 0);
  for (int i = 0; i < 8; ++i) met.insert(Step(search, Flat));
  EXPECT_EQ(met, NeighboursOf(better));
}

TEST_F(LocalSearchTest, BestMovesToTheBestOfAllNeighbours) {
  LocalSearch search = Make("best");
  const std::string start = Step(search, Flat);
  std::string best;
  for (int i = 0; i < 9; ++i) {
    const std::string text = Step(search, [&](const std::string&) { return i == 4 ? 3 : i % 3; });
    if (i == 4) best = text;
    EXPECT_TRUE(NeighboursOf(start).contains(text));
  }
  std::set<std::string> met;
  for (int i = 0; i < 9; ++i) met.insert(Step(search, Flat));
  EXPECT_EQ(met, NeighboursOf(best));
}

TEST_F(LocalSearchTest, AFailedNeighbourIsNoImprovementAndAFailedStartIsReplaced) {
  for (const char* improvement : {"first", "best"}) {
    LocalSearch search = Make(improvement);
    const std::string failed_start = Step(search, [](const std::string&) { return kNaN; });
    const std::string start = Step(search, Flat);
    EXPECT_NE(start, failed_start);
    std::set<std::string> met;
    for (int i = 0; i < 9; ++i) met.insert(Step(search, [](const std::string&) { return kNaN; }));
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
    Tell(search, text == "0-0-0" ? "0-0-1" : "0-0-0", 100);  // not what was asked for
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
    // Three moves of nine neighbours at most per "best" climb, nine moves per "first" climb.
    for (int i = 0; i < 100; ++i) best = std::max(best, height(Step(search, height)));
    EXPECT_EQ(best, 9) << improvement;
  }
}

TEST_F(LocalSearchTest, RefusesToRunAheadOfItsAnswers) {
  LocalSearch search = Make("first");
  Ask(search);
  EXPECT_THROW(Ask(search), lode::InvalidError);
}

TEST_F(LocalSearchTest, WorksInASpaceOfOneArchitecture) {
  Grid single(1, 1);
  LocalSearch search(lode::Host(host_.get()), {});
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
  LocalSearch search(lode::Host(host_.get()), {});
  EXPECT_THROW(search.Bind(lode::Space({&without, grid_.space().handle().instance})),
               lode::UnsupportedError);
}

}  // namespace
