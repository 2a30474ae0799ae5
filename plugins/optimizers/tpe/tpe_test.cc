#include "plugins/optimizers/tpe/tpe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace tpe {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

// What a trial gave; larger values are better.
struct Result {
  std::vector<double> values;
  double violation = 0;
  bool failed = false, random = false;
};

class TpeTest : public testing::Test {
 protected:
  Tpe Make(const Grid& grid, const Tpe::Config& config = {}) {
    Tpe tpe(host_.host(), config);
    tpe.Bind(grid.space());
    return tpe;
  }
  std::string Ask(Tpe& tpe, const Grid& grid) {
    host_.Enter(step_++, Phase::kAsk);
    return grid.space().Format(tpe.Ask());
  }
  static void Tell(Tpe& tpe, const Grid& grid, const std::string& text, const Result& result) {
    const lode::Architecture architecture = grid.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = result.failed ? std::numeric_limits<double>::quiet_NaN() : result.values[0];
    trial.objectives = result.values;
    trial.violation = result.violation;
    trial.failed = result.failed;
    trial.random = result.random;
    tpe.Tell(trial);
  }

  TestHost host_;
  std::uint64_t step_ = 0;
};

const Result kFailure{.values = {}, .failed = true};
using Positions = std::vector<std::size_t>;

TEST_F(TpeTest, TheGoodAreATenthRoundedUpAndAtMost25) {
  const Grid grid(3, 10);
  Tpe tpe = Make(grid);
  EXPECT_EQ(tpe.Good(), Positions{});
  for (std::size_t n = 1; n <= 400; ++n) {
    Tell(tpe, grid, "0-0-0", {.values = {static_cast<double>(n)}});
    const std::size_t count = std::min<std::size_t>((n + 9) / 10, 25);
    Positions last;
    for (std::size_t i = n - count; i < n; ++i) { last.push_back(i); }
    ASSERT_EQ(tpe.Good(), last) << n;
  }
}

// Trials that keep the limits come first, whatever their values; then those that break them least.
// Failed ones have places but are never good.
TEST_F(TpeTest, ViolationsComeBeforeValues) {
  const Grid grid(2, 3);
  Tpe tpe = Make(grid, {.gamma = 0.5});
  Tell(tpe, grid, "0-0", kFailure);
  Tell(tpe, grid, "0-1", {.values = {9}, .violation = 2});
  Tell(tpe, grid, "0-2", {.values = {1}, .violation = 0});
  EXPECT_EQ(tpe.Good(), Positions{2});
  Tell(tpe, grid, "1-0", {.values = {5}, .violation = 1});
  EXPECT_EQ(tpe.Good(), (Positions{2, 3}));
  Tell(tpe, grid, "1-1", {.values = {0}, .violation = 0});
  EXPECT_EQ(tpe.Good(), (Positions{2, 4}));
  Tell(tpe, grid, "1-2", {.values = {1}, .violation = 0});  // as good as the first, and later
  EXPECT_EQ(tpe.Good(), (Positions{2, 4, 5}));
}

TEST_F(TpeTest, TheFirstOfEqualTrialsIsGood) {
  const Grid grid(2, 3);
  Tpe tpe = Make(grid, {.gamma = 0.5});
  for (int i = 0; i < 4; ++i) { Tell(tpe, grid, "0-1", {.values = {3}}); }
  EXPECT_EQ(tpe.Good(), (Positions{0, 1}));
}

// Of four points on one front the ends are kept, then the one with more room; what is dominated
// comes last.
TEST_F(TpeTest, WithSeveralGoalsTheGoodAreTheFirstFronts) {
  const Grid grid(2, 3);
  Tpe tpe = Make(grid, {.gamma = 0.6});
  Tell(tpe, grid, "0-0", {.values = {0, 10}});
  Tell(tpe, grid, "0-1", {.values = {1, 9}});
  Tell(tpe, grid, "0-2", {.values = {6, 6}});
  Tell(tpe, grid, "1-0", {.values = {10, 0}});
  Tell(tpe, grid, "1-1", {.values = {5, 5}});
  EXPECT_EQ(tpe.Good(), (Positions{0, 2, 3}));
}

TEST_F(TpeTest, RefusesAnotherNumberOfGoals) {
  const Grid grid(2, 3);
  Tpe tpe = Make(grid);
  Tell(tpe, grid, "0-0", kFailure);
  Tell(tpe, grid, "0-0", {.values = {1, 2}});
  EXPECT_THROW(Tell(tpe, grid, "0-1", {.values = {1}}), lode::InvalidError);
}

TEST_F(TpeTest, ProposesNothingTwiceUntilTheSpaceIsExhausted) {
  const Grid grid(3, 3);
  Tpe tpe = Make(grid, {.initial = 3});
  std::set<std::string> proposed;
  for (int i = 0; i < 27; ++i) {
    const std::string text = Ask(tpe, grid);
    EXPECT_TRUE(proposed.insert(text).second) << text;
    Tell(tpe, grid, text, {.values = {static_cast<double>(i % 5)}});
  }
  for (int i = 0; i < 5; ++i) { Tell(tpe, grid, Ask(tpe, grid), {.values = {0}}); }
}

TEST_F(TpeTest, WithRepeatsItSettles) {
  const Grid grid(3, 3);
  Tpe tpe = Make(grid, {.initial = 3, .repeats = true});
  std::multiset<std::string> proposed;
  for (int i = 0; i < 200; ++i) {
    const std::string text = Ask(tpe, grid);
    proposed.insert(text);
    Tell(tpe, grid, text, {.values = {static_cast<double>(std::ranges::count(text, '2'))}});
  }
  EXPECT_GT(proposed.count("2-2-2"), 20u);
}

// One decision with ten values of which 0 is known to be good, and 1 to be bad.
TEST_F(TpeTest, LeadsAwayFromFailuresAndProposalsUnderWay) {
  const Grid grid(1, 10);
  Tpe tpe = Make(grid, {.initial = 1, .candidates = 100, .gamma = 0.5, .repeats = true});
  Tell(tpe, grid, "0", {.values = {1}});
  EXPECT_EQ(Ask(tpe, grid), "0");
  // Of the two observations under way and good, both are 0: others are more promising now.
  for (int i = 0; i < 3; ++i) { Tell(tpe, grid, "1", kFailure); }
  const std::string second = Ask(tpe, grid);
  EXPECT_NE(second, "1");
  Tell(tpe, grid, "0", {.values = {1}});
  Tell(tpe, grid, second, {.values = {0.5}});
  for (int i = 0; i < 20; ++i) {
    const std::string text = Ask(tpe, grid);
    EXPECT_NE(text, "1");
    Tell(tpe, grid, text, {.values = {text == "0" ? 1.0 : 0.0}});
  }
}

// The number of decisions with their best value, 3: a random architecture of 4^8 has two.
double Height(const std::string& text) {
  return static_cast<double>(std::ranges::count(text, '3'));
}

TEST_F(TpeTest, FindsTheBestWithAnyNumberUnderWay) {
  const Grid grid(8, 4);
  for (const std::size_t width : {1, 5}) {
    Tpe tpe = Make(grid);
    std::deque<std::string> under_way;
    double best = 0;
    for (int i = 0; i < 300; ++i) {
      while (under_way.size() < width) { under_way.push_back(Ask(tpe, grid)); }
      const std::string text = under_way.front();
      under_way.pop_front();
      best = std::max(best, Height(text));
      Tell(tpe, grid, text, {.values = {Height(text)}});
    }
    EXPECT_EQ(best, 8) << width;
  }
}

TEST_F(TpeTest, LearnsFromWhatItDidNotAskFor) {
  const Grid grid(8, 4);
  Tpe tpe = Make(grid, {.initial = 20});
  for (int i = 0; i < 20; ++i) {
    const std::string text = i < 2 ? "3-3-3-3-3-3-3-" + std::to_string(i) : "0-1-2-0-1-2-0-1";
    Tell(tpe, grid, text, {.values = {Height(text)}, .random = true});
  }
  EXPECT_GE(Height(Ask(tpe, grid)), 5);
}

}  // namespace
}  // namespace tpe
