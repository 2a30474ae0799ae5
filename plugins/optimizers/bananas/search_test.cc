#include "plugins/optimizers/bananas/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace bananas {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(ThompsonSample, IsNormal) {
  lode::test::FixedStream stream(1);
  constexpr int kDraws = 20000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double draw = ThompsonSample(stream.random(), {.mean = 3, .deviation = 2});
    sum += draw;
    squares += (draw - 3) * (draw - 3);
  }
  EXPECT_NEAR(sum / kDraws, 3, 4 * 2 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 4, 4 * 4 * std::sqrt(2.0 / kDraws));
  EXPECT_EQ(ThompsonSample(stream.random(), {.mean = 3, .deviation = 0}), 3);
}

class SearchTest : public testing::Test {
 protected:
  PredictorSearch Make(const Grid& grid, const PredictorSearch::Config& config) {
    host_.Enter(0, Phase::kSetup);
    PredictorSearch search(host_.host(), config, ThompsonSample);
    search.Bind(grid.space());
    return search;
  }
  // Few small networks.
  static PredictorSearch::Config Small() {
    return {.initial = 5, .per_round = 3, .networks = 2, .width = 8, .mutants = 20, .uniform = 10};
  }
  std::string Ask(PredictorSearch& search, const Grid& grid) {
    host_.Enter(step_++, Phase::kAsk);
    return grid.space().Format(search.Ask());
  }
  // NaN: a failed trial.
  static void Tell(PredictorSearch& search, const Grid& grid, const std::string& text,
                   double reward, bool random = false) {
    const lode::Architecture architecture = grid.space().Parse(text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.rejected = trial.failed;
    trial.random = random;
    search.Tell(trial);
  }

  TestHost host_;
  std::uint64_t step_ = 0;
};

// The number of decisions with their best value, 3: a random architecture of 4^8 has two.
double Height(const std::string& text) {
  return static_cast<double>(std::ranges::count(text, '3'));
}

TEST_F(SearchTest, ProposesNothingTwiceUntilTheSpaceIsExhausted) {
  const Grid grid(3, 3);
  PredictorSearch search = Make(grid, Small());
  std::set<std::string> proposed;
  for (int i = 0; i < 27; ++i) {
    const std::string text = Ask(search, grid);
    EXPECT_TRUE(proposed.insert(text).second) << text;
    Tell(search, grid, text, i % 4 == 0 ? kNan : static_cast<double>(i % 5));
  }
  for (int i = 0; i < 5; ++i) { Tell(search, grid, Ask(search, grid), 0); }
}

TEST_F(SearchTest, FindsTheBestWithAnyNumberUnderWay) {
  const Grid grid(8, 4);
  for (const std::size_t width : {1, 5}) {
    PredictorSearch search = Make(grid, {});
    std::deque<std::string> under_way;
    double best = 0;
    for (int i = 0; i < 120; ++i) {
      while (under_way.size() < width) { under_way.push_back(Ask(search, grid)); }
      const std::string text = under_way.front();
      under_way.pop_front();
      best = std::max(best, Height(text));
      Tell(search, grid, text, Height(text));
    }
    EXPECT_EQ(best, 8) << width;
  }
}

TEST_F(SearchTest, DrawsAtRandomUntilEnoughTrialsSucceed) {
  const Grid grid(8, 4);
  PredictorSearch search = Make(grid, Small());
  double sum = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string text = Ask(search, grid);
    sum += Height(text);
    Tell(search, grid, text, i < 4 ? Height(text) : kNan);
  }
  EXPECT_LT(sum / 60, 3) << "a random one has 2 in mean";
}

TEST_F(SearchTest, LearnsFromWhatItDidNotAskFor) {
  const Grid grid(8, 4);
  PredictorSearch search = Make(grid, Small());
  for (int i = 0; i < 20; ++i) {
    const std::string end = std::to_string(i % 3) + "-" + std::to_string(i / 3 % 3);
    const std::string text = (i < 2 ? "3-3-3-3-3-3-" : "0-1-2-0-1-2-") + end;
    Tell(search, grid, text, Height(text), true);
  }
  EXPECT_GE(Height(Ask(search, grid)), 4);
}

// Half of the space is rejected, and rejected proposals cost the search nothing but calls.
TEST_F(SearchTest, LearnsToAvoidWhatIsRejected) {
  const Grid grid(8, 4);
  PredictorSearch search = Make(grid, {});
  int rejected = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text = Ask(search, grid);
    const bool rejects = text[0] == '0' || text[0] == '1';
    if (i >= 50) { rejected += rejects; }
    Tell(search, grid, text, rejects ? kNan : Height(text));
  }
  EXPECT_LT(rejected, 10);
}

// An architecture of the present round that exploration has drawn meanwhile is not proposed.
TEST_F(SearchTest, SkipsWhatWasToldMeanwhile) {
  const Grid grid(1, 4);
  PredictorSearch search = Make(grid, {.initial = 1, .per_round = 3, .networks = 1, .width = 4});
  std::set<std::string> told = {Ask(search, grid)};
  Tell(search, grid, *told.begin(), 1);
  told.insert(Ask(search, grid));
  for (const std::string text : {"0", "1", "2", "3"}) {
    if (told.size() == 3) { break; }
    if (told.insert(text).second) { Tell(search, grid, text, 2, true); }
  }
  EXPECT_FALSE(told.contains(Ask(search, grid)));
}

}  // namespace
}  // namespace bananas
