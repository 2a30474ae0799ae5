#include "plugins/optimizers/bo/bo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/failure.h"

namespace bo {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A search: does what the host does, with texts for architectures.
class Search {
 public:
  explicit Search(const lode::Space& space, const Bo::Config& config = {}, std::uint64_t seed = 1)
      : space_(space), host_(seed), bo_(host_.host(), config) {
    host_.Enter(0, Phase::kSetup);
    bo_.Bind(space);
  }

  std::string Ask() {
    host_.Enter(step_++, Phase::kAsk);
    return space_.Format(bo_.Ask());
  }
  void Tell(const std::string& text, const std::vector<double>& objectives, double violation = 0) {
    lode::Trial trial{};
    trial.reward = objectives[0];
    trial.violation = violation;
    Tell(text, objectives, trial);
  }
  void Fail(const std::string& text, std::size_t goals = 1, bool rejected = false) {
    lode::Trial trial{};
    trial.reward = trial.violation = kNaN;
    trial.failed = true;
    trial.rejected = rejected;
    Tell(text, std::vector<double>(goals, kNaN), trial);
  }
  std::string Step(const std::function<double(const std::string&)>& value) {
    const std::string text = Ask();
    Tell(text, {value(text)});
    return text;
  }

 private:
  void Tell(const std::string& text, const std::vector<double>& objectives, lode::Trial trial) {
    const lode::Architecture architecture = space_.Parse(text);
    trial.architecture = architecture;
    trial.objectives = objectives;
    bo_.Tell(trial);
  }

  lode::Space space_;
  TestHost host_;
  Bo bo_;
  std::uint64_t step_ = 0;
};

double SumOf(const std::string& text) {
  double sum = 0;
  for (std::size_t i = 0; i < text.size(); i += 2) { sum += text[i] - '0'; }
  return sum;
}

// Rewards agreement with a hidden architecture, and pairs of agreeing neighbors.
double Hidden(const std::string& text) {
  const std::string hidden = "2-0-3-1-1-2";
  double value = 0;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    value += text[i] == hidden[i];
    value += i > 0 && text[i] == hidden[i] && text[i - 2] == hidden[i - 2];
  }
  return value;
}

// ---- searching

TEST(BoTest, FindsTheBestOfAGridInFewQueries) {
  const Grid grid(6, 4);  // 4096 architectures
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Search search(grid.space(), {}, seed);
    int queries = 1;
    while (Hidden(search.Step(Hidden)) < 11) { ++queries; }
    EXPECT_LE(queries, 120) << seed;
  }
}

TEST(BoTest, OnlyTheOrderOfRewardsMatters) {
  const Grid grid(4, 4);
  Search plain(grid.space()), steep(grid.space());
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(plain.Step(SumOf),
              steep.Step([](const std::string& t) { return std::pow(100, SumOf(t)) - 7; }));
  }
}

TEST(BoTest, StartsAtRandomWithDistinctArchitectures) {
  const Grid grid(2, 2);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Search search(grid.space(), {.initial = 4}, seed);
    std::set<std::string> met;
    for (int i = 0; i < 4; ++i) { EXPECT_TRUE(met.insert(search.Step(SumOf)).second); }
  }
}

TEST(BoTest, RepeatsNothingUntilTheSpaceIsExhausted) {
  const Grid grid(3, 3);
  for (const std::int64_t initial : {1, 5}) {
    Search search(grid.space(), {.initial = initial});
    std::set<std::string> met;
    for (int i = 0; i < 27; ++i) { EXPECT_TRUE(met.insert(search.Step(SumOf)).second) << i; }
    for (int i = 0; i < 5; ++i) { EXPECT_TRUE(met.contains(search.Step(SumOf))); }
  }
}

TEST(BoTest, RewardsThatAreAllEqualAreNoProblem) {
  const Grid grid(4, 4);
  Search search(grid.space());
  std::set<std::string> met;
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(met.insert(search.Step([](const std::string&) { return 1; })).second);
  }
}

TEST(BoTest, KeepsSearchingPastTheTrialsOfItsModel) {
  const Grid grid(5, 5);
  Search search(grid.space(), {.model_trials = 16});
  double best = 0;
  for (int i = 0; i < 80; ++i) { best = std::max(best, SumOf(search.Step(SumOf))); }
  EXPECT_EQ(best, 20);
}

// ---- several proposals under way

TEST(BoTest, ProposalsUnderWayAreDistinctAndToldInAnyOrder) {
  const Grid grid(4, 4);
  for (const char* pending : {"believe", "constant"}) {
    Search search(grid.space(), {.pending = pending});
    std::deque<std::string> under_way;
    std::set<std::string> met;
    double best = 0;
    for (int i = 0; i < 60; ++i) {
      under_way.push_back(search.Ask());
      EXPECT_TRUE(met.insert(under_way.back()).second);
      if (under_way.size() < 7) { continue; }
      const std::size_t at = static_cast<std::size_t>(i * 5) % 7;
      best = std::max(best, SumOf(under_way[at]));
      search.Tell(under_way[at], {SumOf(under_way[at])});
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
    }
    EXPECT_EQ(best, 12) << pending;
  }
}

TEST(BoTest, LearnsFromTrialsThatItDidNotAskFor) {
  const Grid grid(6, 4);
  Search search(grid.space(), {.initial = 1});
  search.Tell("2-0-3-1-1-1", {Hidden("2-0-3-1-1-1")});
  search.Tell("0-1-0-0-3-0", {0});
  search.Tell("2-0-0-0-3-0", {Hidden("2-0-0-0-3-0")});
  int queries = 1;
  while (Hidden(search.Step(Hidden)) < 11) { ++queries; }
  EXPECT_LE(queries, 30);
}

// ---- failures and limits

TEST(BoTest, FailedTrialsAreReplacedAndAvoided) {
  const Grid grid(4, 4);
  Search search(grid.space());
  int failed = 0;
  double best = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string text = search.Ask();
    if (text[0] == '3') {
      search.Fail(text);
      ++failed;
    } else {
      search.Tell(text, {SumOf(text)});
      best = std::max(best, SumOf(text));
    }
  }
  EXPECT_EQ(best, 11);
  EXPECT_LT(failed, 20) << "a quarter of the space fails, and lies where rewards grow";
}

TEST(BoTest, KeepsDrawingWhereEverythingFails) {
  const Grid grid(3, 3);
  Search search(grid.space());
  std::set<std::string> met;
  for (int i = 0; i < 20; ++i) {
    const std::string text = search.Ask();
    EXPECT_TRUE(met.insert(text).second);
    search.Fail(text, 1, i % 2 == 0);
  }
}

// Grids whose cost is the sum of the decisions.
class Costly : public lode::test::GridSpace {
 public:
  struct Config {};
  Costly(lode::Host host, const Config&) : GridSpace(host, {6, 4}) {}
  static lode::Params<Config> Parameters() { return {}; }
  std::vector<lode::Metric> Metrics() const { return {{"cost", "count", "The sum."}}; }
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
    metrics[0] = SumOf(Format(architecture));
  }
};

// Rewards grow with the cost up to a limit in the middle, which rejects what is above.
TEST(BoTest, InfersALimitOnAMetricOfTheSpace) {
  const lode::test::BoundSpace<Costly> costly;
  constexpr double kLimit = 9;
  for (const bool rejects : {true, false}) {
    Search search(costly.space());
    int broken = 0;
    double best = 0;
    for (int i = 0; i < 60; ++i) {
      const std::string text = search.Ask();
      const double cost = SumOf(text);
      if (cost <= kLimit) {
        search.Tell(text, {cost});
        best = std::max(best, cost);
        continue;
      }
      ++broken;
      rejects ? search.Fail(text, 1, true) : search.Tell(text, {cost}, cost / kLimit - 1);
    }
    EXPECT_EQ(best, kLimit);
    EXPECT_LE(broken, 12) << "no cost is tried twice, once one below is known to be kept";
  }
}

// ---- several goals

// The first three decisions count for the first goal, their opposites for the second; the others
// for both.
std::vector<double> Conflict(const std::string& text) {
  const double conflict = SumOf(text.substr(0, 5)), common = SumOf(text.substr(6));
  return {conflict + common, common - conflict};
}

TEST(BoTest, TwoGoalsFindTheFront) {
  const Grid grid(6, 4);
  Search search(grid.space());
  std::set<double> front;  // first goals of points of the front, for which the common part is 9
  for (int i = 0; i < 80; ++i) {
    const std::string text = search.Ask();
    search.Tell(text, Conflict(text));
    if (SumOf(text.substr(6)) == 9) { front.insert(Conflict(text)[0]); }
  }
  EXPECT_GE(front.size(), 7u) << "of ten";
}

TEST(BoTest, ThreeGoalsAndFailuresWork) {
  const Grid grid(6, 4);
  Search search(grid.space());
  double best = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string text = search.Ask();
    if (i % 7 == 3) {
      search.Fail(text, 3);
      continue;
    }
    std::vector<double> goals = Conflict(text);
    goals.push_back(SumOf(text.substr(6)));
    search.Tell(text, goals);
    best = std::max(best, goals[2]);
  }
  EXPECT_EQ(best, 9);
}

TEST(BoTest, RefusesAnotherNumberOfGoals) {
  const Grid grid(3, 3);
  Search search(grid.space());
  search.Tell("0-0-0", {1, 2});
  EXPECT_EQ(lode::Failure<lode::InvalidError>([&] { search.Tell("0-0-1", {1}); }),
            "the trial has 1 objectives, those before had 2");
}

}  // namespace
}  // namespace bo
