#include "plugins/optimizers/alphax/alphax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace alphax {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A small network, trained often.
const AlphaX::Config kSmall{.rollouts = 8,
                            .train_interval = 5,
                            .epochs = 10,
                            .max_batches = 50,
                            .outer_width = 16,
                            .inner_width = 16};

AlphaX::Config WithoutNetwork() {
  AlphaX::Config config = kSmall;
  config.rollouts = 0;
  config.ucb_constant = 10;
  return config;
}

class AlphaXTest : public testing::Test {
 protected:
  AlphaX Make(const Grid& grid, const AlphaX::Config& config = kSmall) {
    host_.Enter(0, Phase::kSetup);
    AlphaX alphax(host_.host(), config);
    alphax.Bind(grid.space());
    return alphax;
  }
  std::string Ask(AlphaX& alphax, const Grid& grid) {
    host_.Enter(step_++, Phase::kAsk);
    return grid.space().Format(alphax.Ask());
  }
  // A reward that is not a number is a failure.
  static void Tell(AlphaX& alphax, const Grid& grid, const std::string& text, double reward,
                   bool random = false) {
    const lode::Architecture architecture = grid.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.random = random;
    alphax.Tell(trial);
  }
  // What the last Ask recorded; none if it recorded no such value.
  std::optional<double> Recorded(const std::string& name, std::size_t since) const {
    for (std::size_t i = since; i < host_.records().size(); ++i) {
      if (host_.records()[i].first == name) { return host_.records()[i].second; }
    }
    return std::nullopt;
  }

  TestHost host_;
  std::uint64_t step_ = 0;
};

// The number of decisions with their best value, 3.
double Height(const std::string& text) {
  return static_cast<double>(std::ranges::count(text, '3'));
}

Choices PrefixOf(const std::string& text, std::size_t depth) {
  Choices choices;
  for (std::size_t i = 0; i < depth; ++i) {
    choices.push_back(static_cast<std::uint32_t>(text[2 * i] - '0'));
  }
  return choices;
}

// Without a network each value is the reward. The root is visited first, then each of its children;
// the sums of all rewards and of those below each child follow.
TEST_F(AlphaXTest, RewardsAddUpAlongThePath) {
  const Grid grid(3, 3);
  AlphaX alphax = Make(grid, WithoutNetwork());
  double all = 0;
  double of_child[3] = {};
  for (int i = 0; i < 12; ++i) {
    const std::size_t since = host_.records().size();
    const std::string text = Ask(alphax, grid);
    EXPECT_EQ(Recorded("depth", since), i == 0 ? 0 : i < 4 ? 1 : 2);
    const double reward = 1 + i % 4;
    Tell(alphax, grid, text, reward);
    all += reward;
    if (i > 0) { of_child[text[0] - '0'] += reward; }
    EXPECT_EQ(alphax.tree().At({}).sum, all);
    EXPECT_EQ(alphax.tree().At({}).visits, static_cast<std::uint64_t>(i + 1));
  }
  for (std::uint32_t c = 0; c < 3; ++c) {
    EXPECT_EQ(alphax.tree().At(Choices{c}).sum, of_child[c]) << c;
  }
}

// The value of a simulation is the mean of the reward and of the mean predicted reward.
TEST_F(AlphaXTest, TheNetworksPredictionIsHalfOfTheValue) {
  const Grid grid(4, 4);
  AlphaX alphax = Make(grid);
  int predicted = 0;
  for (int i = 0; i < 30; ++i) {
    const std::size_t since = host_.records().size();
    const std::string text = Ask(alphax, grid);
    const auto depth = static_cast<std::size_t>(Recorded("depth", since).value());
    const double before = alphax.tree().At(PrefixOf(text, depth)).sum;
    const double reward = 10 + i % 3;
    Tell(alphax, grid, text, reward);
    const double added = alphax.tree().At(PrefixOf(text, depth)).sum - before;
    const std::optional<double> prediction = Recorded("predicted_reward", since);
    EXPECT_EQ(prediction.has_value(), i >= 5);
    EXPECT_NEAR(added, prediction ? (reward + *prediction) / 2 : reward, 1e-9) << i;
    predicted += prediction.has_value();
  }
  EXPECT_EQ(predicted, 25);
}

// Of rewards that the first choice decides, it predicts those above the median, 61 or 62.
TEST_F(AlphaXTest, PredictsWhatItLearned) {
  const Grid grid(4, 4);
  AlphaX alphax = Make(grid, {.ucb_constant = 10,
                              .best_rollout = false,
                              .epochs = 40,
                              .outer_width = 16,
                              .inner_width = 16});
  int predicted = 0;
  for (int i = 0; i < 100; ++i) {
    const std::size_t since = host_.records().size();
    const std::string text = Ask(alphax, grid);
    const double reward = 60 + (text[0] - '0');
    Tell(alphax, grid, text, reward);
    if (i < 50 || reward < 62) { continue; }
    EXPECT_NEAR(Recorded("predicted_reward", since).value(), reward, 0.3);
    ++predicted;
  }
  EXPECT_GT(predicted, 15);
}

TEST_F(AlphaXTest, ProposesNothingTwiceUntilTheSpaceIsExhausted) {
  const Grid grid(3, 3);
  AlphaX alphax = Make(grid);
  std::set<std::string> proposed;
  for (int i = 0; i < 27; ++i) {
    EXPECT_FALSE(alphax.tree().exhausted());
    const std::string text = Ask(alphax, grid);
    EXPECT_TRUE(proposed.insert(text).second) << text;
    Tell(alphax, grid, text, i % 5 == 4 ? kNan : i % 7);
  }
  EXPECT_TRUE(alphax.tree().exhausted());
  for (int i = 0; i < 5; ++i) { Tell(alphax, grid, Ask(alphax, grid), 0); }
}

TEST_F(AlphaXTest, DoesNotProposeWhatWasTold) {
  const Grid grid(2, 3);
  AlphaX alphax = Make(grid);
  Tell(alphax, grid, "1-1", 5, true);
  Tell(alphax, grid, "2-0", kNan, true);
  for (int i = 0; i < 7; ++i) {
    const std::string text = Ask(alphax, grid);
    EXPECT_NE(text, "1-1");
    EXPECT_NE(text, "2-0");
    Tell(alphax, grid, text, 1);
  }
  EXPECT_TRUE(alphax.tree().exhausted());
}

// Whatever begins with 0 fails. The tree goes there as rarely as to the worst of others.
TEST_F(AlphaXTest, LeadsAwayFromFailures) {
  const Grid grid(5, 4);
  AlphaX alphax = Make(grid, {.ucb_constant = 0.1, .outer_width = 16, .inner_width = 16});
  int failures = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text = Ask(alphax, grid);
    const bool fails = text[0] == '0';
    failures += fails;
    Tell(alphax, grid, text, fails ? kNan : 50 + Height(text));
  }
  EXPECT_LT(failures, 8);
}

// Proposals under way are losses, so the next ones start elsewhere: the four children of the root
// are all visited before any of them is told.
TEST_F(AlphaXTest, ProposalsUnderWayAreVirtualLosses) {
  const Grid grid(3, 4);
  AlphaX alphax = Make(grid);
  std::vector<std::string> under_way(5);
  std::ranges::generate(under_way, [&] { return Ask(alphax, grid); });
  std::set<char> children;
  for (std::size_t i = 1; i < 5; ++i) { children.insert(under_way[i][0]); }
  EXPECT_EQ(children.size(), 4u);
  EXPECT_EQ(alphax.tree().At({}).losses, 5u);
  for (std::size_t i = 5; i-- > 1;) { Tell(alphax, grid, under_way[i], 1); }
  EXPECT_EQ(alphax.tree().At({}).losses, 1u);
  Tell(alphax, grid, under_way[0], kNan);  // remains a loss
  EXPECT_EQ(alphax.tree().At({}).losses, 1u);
  EXPECT_EQ(alphax.tree().At({}).visits, 4u);
}

TEST_F(AlphaXTest, LearnsFromWhatItDidNotAskFor) {
  const Grid grid(3, 4);
  AlphaX alphax = Make(grid);
  Tell(alphax, grid, "1-2-3", 7, true);
  EXPECT_EQ(alphax.tree().At({}).sum, 7);
  EXPECT_EQ(alphax.tree().At(Choices{1}).count(), 0u);  // was not visited before
  const std::string text = Ask(alphax, grid);
  Tell(alphax, grid, text, 5);
  EXPECT_EQ(alphax.tree().At(PrefixOf(text, 1)).sum, 5);
  EXPECT_EQ(alphax.tree().At({}).sum, 12);
}

// A random architecture of 4^8 has a height of two.
TEST_F(AlphaXTest, FindsTheBestWithAnyNumberUnderWay) {
  const Grid grid(8, 4);
  for (const std::size_t width : {1u, 5u}) {
    AlphaX alphax = Make(grid, {.outer_width = 16, .inner_width = 16});
    std::deque<std::string> under_way;
    double best = 0;
    for (int i = 0; i < 300 && best < 8; ++i) {
      while (under_way.size() < width) { under_way.push_back(Ask(alphax, grid)); }
      const std::string text = under_way.front();
      under_way.pop_front();
      best = std::max(best, Height(text));
      Tell(alphax, grid, text, Height(text));
    }
    EXPECT_EQ(best, 8) << width;
  }
}

}  // namespace
}  // namespace alphax
