#include "plugins/optimizers/bohb/bohb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bohb {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

class BohbTest : public testing::Test {
 protected:
  Bohb Make(const Bohb::Config& config) {
    Bohb bohb(host_.host(), config);
    bohb.Bind(grid_.space());
    return bohb;
  }
  std::pair<std::string, double> Ask(Bohb& bohb) {
    host_.Enter(step_++, Phase::kAsk);
    const lode::Proposal proposal = bohb.Ask();
    return {grid_.space().Format(std::get<lode::Architecture>(proposal.what)), proposal.fidelity};
  }
  // The number of decisions with their best value, 3. A random architecture of 4^6 has 1.5.
  static double Height(const std::string& text) {
    return static_cast<double>(std::ranges::count(text, '3'));
  }
  void Tell(Bohb& bohb, const std::string& text, double fidelity, bool failed = false) {
    const lode::Architecture architecture = grid_.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.fidelity = fidelity;
    trial.failed = failed;
    trial.reward = failed ? std::numeric_limits<double>::quiet_NaN() : Height(text);
    bohb.Tell(trial);
  }
  // Asks for `count` new architectures with `width` under way, and returns the mean height of the
  // last third of those on the first rung.
  double LateHeight(Bohb& bohb, double first, std::size_t width, int count) {
    std::vector<std::pair<std::string, double>> under_way;
    std::vector<double> heights;
    for (int i = 0; i < count; ++i) {
      while (under_way.size() < width) { under_way.push_back(Ask(bohb)); }
      const auto told = under_way.begin() + i % static_cast<int>(width);  // in another order
      const auto [text, fidelity] = *told;
      under_way.erase(told);
      if (fidelity == first) { heights.push_back(Height(text)); }
      Tell(bohb, text, fidelity, i % 9 == 0);
    }
    const std::size_t late = heights.size() / 3;
    double sum = 0;
    for (std::size_t i = heights.size() - late; i < heights.size(); ++i) { sum += heights[i]; }
    return sum / static_cast<double>(late);
  }

  const Grid grid_{6, 4};
  TestHost host_;
  std::uint64_t step_ = 0;
};

TEST_F(BohbTest, DrawsWhatResemblesTheBest) {
  for (const std::size_t width : {1, 4}) {
    Bohb bohb = Make({});
    bohb.Offer(lode::Fidelities::Range(0.1));
    EXPECT_GT(LateHeight(bohb, 1.0 / 9, width, 300), 2.3) << width;
  }
}

TEST_F(BohbTest, WithRandomArchitecturesOnlyItLearnsNothing) {
  Bohb bohb = Make({.random_fraction = 1});
  bohb.Offer(lode::Fidelities::Range(0.1));
  EXPECT_NEAR(LateHeight(bohb, 1.0 / 9, 1, 300), 1.5, 0.5);
}

TEST_F(BohbTest, NothingBeginsABracketTwice) {
  Bohb bohb = Make({.random_fraction = 0});
  bohb.Offer(lode::Fidelities::List({0.25, 1}));
  std::set<std::string> begun;
  for (int i = 0; i < 300; ++i) {
    const auto [text, fidelity] = Ask(bohb);
    if (fidelity < 1) { EXPECT_TRUE(begun.insert(text).second); }
    Tell(bohb, text, fidelity);
  }
}

// Trials of the highest fidelity that others made are enough for a model before the first ask.
TEST_F(BohbTest, LearnsFromWhatItDidNotAskFor) {
  Bohb bohb = Make({.random_fraction = 0});
  bohb.Offer(lode::Fidelities::List({0.25, 1}));
  for (int i = 0; i < 7; ++i) { Tell(bohb, "3-3-3-3-3-" + std::to_string(i % 3), 1); }
  for (int i = 0; i < 7; ++i) { Tell(bohb, "0-1-2-0-1-" + std::to_string(i % 4), 1); }
  Tell(bohb, "0-0-0-0-0-0", 0.5);  // of no rung
  EXPECT_EQ(Ask(bohb).first, "3-3-3-3-3-3");
}

// The ladder of 12 to 200 epochs has the rungs 1/9, 1/3 and 1: brackets of 9, 3, 1; 3, 1; and 3.
TEST_F(BohbTest, TheAuthorsOfTheBenchmarkAskForTheSameOnEveryRung) {
  Bohb bohb = Make({.lowest = 0.06, .full_evaluations = true});
  std::vector<std::string> asked;
  for (int i = 0; i < 20; ++i) {
    const auto [text, fidelity] = Ask(bohb);
    EXPECT_EQ(fidelity, 1);
    asked.push_back(text);
    Tell(bohb, text, fidelity);
  }
  const std::set<std::string> distinct(asked.begin(), asked.end());
  EXPECT_EQ(distinct.size(), 9u + 3 + 3);
  EXPECT_EQ(std::set(asked.begin(), asked.begin() + 9).size(), 9u);
  for (int i = 9; i < 13; ++i) {
    EXPECT_EQ(std::count(asked.begin(), asked.begin() + 9, asked[static_cast<std::size_t>(i)]), 1);
  }
}

TEST_F(BohbTest, ALadderOfItsOwnNeedsALowestRung) {
  EXPECT_THROW(Make({.full_evaluations = true}), lode::InvalidError);
}

}  // namespace
}  // namespace bohb
