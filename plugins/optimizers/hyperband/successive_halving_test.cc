#include "plugins/optimizers/hyperband/successive_halving.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hyperband {
namespace {

using Widths = std::vector<std::size_t>;

const double kFailed = -std::numeric_limits<double>::infinity();

std::vector<double> Powers(int count) {
  std::vector<double> rungs;
  for (int i = count - 1; i >= 0; --i) { rungs.push_back(std::pow(3, -i)); }
  return rungs;
}

TEST(RungsTest, OfARangeArePowersOfEta) {
  const std::vector<double> rungs = RungsOf(lode::Fidelities::Range(1.0 / 81), 3, 0);
  ASSERT_EQ(rungs.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) { EXPECT_NEAR(rungs[i], Powers(5)[i], 1e-15); }
  EXPECT_EQ(rungs.back(), 1);
}

// A range serves nothing below its lowest, not even by a rounding error.
TEST(RungsTest, OfARangeAreServed) {
  for (int n = 2; n < 300; ++n) {
    const lode::Fidelities offered = lode::Fidelities::Range(1.0 / n);
    for (const double eta : {2.0, 3.0, 4.0, 10.0}) {
      for (const double rung : RungsOf(offered, eta, 0)) { EXPECT_TRUE(offered.Serves(rung)) << n; }
    }
  }
}

TEST(RungsTest, OfAListAreTheNearestBelow) {
  const auto list = lode::Fidelities::List({0.01, 0.06, 0.1, 0.3, 0.5, 1});
  EXPECT_EQ(RungsOf(list, 3, 0), (std::vector{0.01, 0.1, 0.3, 1.0}));
  EXPECT_EQ(RungsOf(list, 2, 0), (std::vector{0.01, 0.1, 0.5, 1.0}));
  EXPECT_EQ(RungsOf(list, 3, 0.1), (std::vector{0.1, 0.3, 1.0}));
  EXPECT_EQ(RungsOf(lode::Fidelities::List({0.06, 1}), 3, 0), (std::vector{0.06, 1.0}));
  EXPECT_EQ(RungsOf(lode::Fidelities(), 3, 0), std::vector{1.0});
}

// Table 1 of the paper: R = 81, eta = 3.
TEST(WidthsTest, AreThoseOfThePaper) {
  const std::vector<double> rungs = Powers(5);
  EXPECT_EQ(WidthsOf(rungs, 0, Rounding::kUp), (Widths{81, 27, 9, 3, 1}));
  EXPECT_EQ(WidthsOf(rungs, 1, Rounding::kUp), (Widths{34, 11, 3, 1}));
  EXPECT_EQ(WidthsOf(rungs, 2, Rounding::kUp), (Widths{15, 5, 1}));
  EXPECT_EQ(WidthsOf(rungs, 3, Rounding::kUp), (Widths{8, 2}));
  EXPECT_EQ(WidthsOf(rungs, 4, Rounding::kUp), (Widths{5}));
}

// hpbandster: n0 = floor(5 / (s + 1)) * 3^s.
TEST(WidthsTest, AreThoseOfHpbandster) {
  const std::vector<double> rungs = Powers(5);
  EXPECT_EQ(WidthsOf(rungs, 0, Rounding::kShareDown), (Widths{81, 27, 9, 3, 1}));
  EXPECT_EQ(WidthsOf(rungs, 1, Rounding::kShareDown), (Widths{27, 9, 3, 1}));
  EXPECT_EQ(WidthsOf(rungs, 2, Rounding::kShareDown), (Widths{9, 3, 1}));
  EXPECT_EQ(WidthsOf(rungs, 3, Rounding::kShareDown), (Widths{6, 2}));
  EXPECT_EQ(WidthsOf(rungs, 4, Rounding::kShareDown), (Widths{5}));
}

// As many as cost the same: 17 at 0.06 for one full evaluation.
TEST(WidthsTest, ShareTheCostEvenlyOnAnyLadder) {
  EXPECT_EQ(WidthsOf(std::vector{0.06, 1.0}, 0, Rounding::kUp), (Widths{17, 1}));
  EXPECT_EQ(WidthsOf(std::vector{0.06, 1.0}, 1, Rounding::kUp), (Widths{2}));
  EXPECT_EQ(WidthsOf(std::vector{1.0}, 0, Rounding::kUp), (Widths{1}));
}

lode::Architecture Number(std::uint8_t i) { return {i}; }

TEST(BracketTest, PromotesTheBestOfEachRung) {
  Bracket bracket(1, {4, 2, 1});
  for (std::uint8_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(bracket.NeedsNew());
    bracket.Begin(Number(i));
  }
  EXPECT_FALSE(bracket.NeedsNew());
  EXPECT_EQ(bracket.NextPromoted(), std::nullopt);
  EXPECT_FALSE(bracket.Tell(Number(9), 100));
  for (const auto& [i, reward] : std::map<std::uint8_t, double>{{3, 5}, {1, 7}, {0, 1}}) {
    EXPECT_TRUE(bracket.Tell(Number(i), reward));
  }
  EXPECT_EQ(bracket.NextPromoted(), std::nullopt);
  EXPECT_EQ(bracket.rung(), 1u);
  EXPECT_TRUE(bracket.Tell(Number(2), kFailed));
  EXPECT_EQ(bracket.rung(), 2u);
  EXPECT_EQ(bracket.NextPromoted(), Number(1));
  EXPECT_EQ(bracket.NextPromoted(), Number(3));
  EXPECT_EQ(bracket.NextPromoted(), std::nullopt);
  EXPECT_TRUE(bracket.Tell(Number(1), 2));
  EXPECT_TRUE(bracket.Tell(Number(3), 3));
  EXPECT_EQ(bracket.NextPromoted(), Number(3));
  EXPECT_FALSE(bracket.Ended());
  EXPECT_TRUE(bracket.Tell(Number(3), 1));
  EXPECT_TRUE(bracket.Ended());
}

TEST(BracketTest, ARejectedOneIsReplacedOnTheFirstRungAndLosesAbove) {
  Bracket bracket(0, {2, 2});
  bracket.Begin(Number(0));
  EXPECT_TRUE(bracket.Reject(Number(0)));
  EXPECT_FALSE(bracket.Reject(Number(0)));
  for (std::uint8_t i = 1; i < 3; ++i) {
    ASSERT_TRUE(bracket.NeedsNew());
    bracket.Begin(Number(i));
    bracket.Tell(Number(i), i);
  }
  EXPECT_EQ(bracket.NextPromoted(), Number(2));
  EXPECT_TRUE(bracket.Reject(Number(2)));
  EXPECT_FALSE(bracket.NeedsNew());
  EXPECT_EQ(bracket.NextPromoted(), Number(1));
  EXPECT_TRUE(bracket.Tell(Number(1), 0));
  EXPECT_TRUE(bracket.Ended());
}

// Asks and tells in order, with `width` under way; the reward is the architecture's number.
class BracketsTest : public testing::Test {
 protected:
  lode::Proposal Ask(Brackets& brackets) {
    return brackets.Next([&] { return Number(next_++); });
  }
  static std::optional<std::size_t> Tell(Brackets& brackets, const lode::Proposal& proposal) {
    const auto& architecture = std::get<lode::Architecture>(proposal.what);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = architecture[0];
    trial.fidelity = proposal.fidelity;
    return brackets.Tell(trial);
  }
  // What is asked for: "number@fidelity".
  std::vector<std::string> Asked(Brackets brackets, std::size_t width, std::size_t count) {
    std::vector<std::string> asked;
    std::deque<lode::Proposal> under_way;
    while (asked.size() < count) {
      under_way.push_back(Ask(brackets));
      asked.push_back(std::to_string(std::get<lode::Architecture>(under_way.back().what)[0]) + "@" +
                      std::to_string(under_way.back().fidelity).substr(0, 4));
      if (under_way.size() == width) {
        EXPECT_NE(Tell(brackets, under_way.front()), std::nullopt);
        under_way.pop_front();
      }
    }
    return asked;
  }

  std::uint8_t next_ = 0;
};

TEST_F(BracketsTest, FollowEachOther) {
  EXPECT_EQ(Asked(Brackets({.rungs = {0.25, 1}}), 1, 12),
            (std::vector<std::string>{"0@0.25", "1@0.25", "2@0.25", "3@0.25", "3@1.00", "4@1.00",
                                      "5@1.00", "6@0.25", "7@0.25", "8@0.25", "9@0.25", "9@1.00"}));
}

// The second bracket begins while results of the first are missing.
TEST_F(BracketsTest, OverlapWithSeveralUnderWay) {
  EXPECT_EQ(Asked(Brackets({.rungs = {0.25, 1}}), 3, 9),
            (std::vector<std::string>{"0@0.25", "1@0.25", "2@0.25", "3@0.25", "4@1.00", "5@1.00",
                                      "3@1.00", "6@0.25", "7@0.25"}));
}

TEST_F(BracketsTest, MayAskForFullEvaluationsOnly) {
  EXPECT_EQ(Asked(Brackets({.rungs = {0.25, 1}, .full = true}), 1, 6),
            (std::vector<std::string>{"0@1.00", "1@1.00", "2@1.00", "3@1.00", "3@1.00", "4@1.00"}));
}

TEST_F(BracketsTest, SayToWhichRungATrialBelongs) {
  Brackets brackets({.rungs = {0.5, 1}, .full = true});
  std::vector<std::size_t> rungs;
  for (int i = 0; i < 5; ++i) { rungs.push_back(Tell(brackets, Ask(brackets)).value()); }
  EXPECT_EQ(rungs, (std::vector<std::size_t>{0, 0, 1, 1, 1}));
  EXPECT_EQ(Tell(brackets, {Number(200), 1}), std::nullopt);
}

}  // namespace
}  // namespace hyperband
