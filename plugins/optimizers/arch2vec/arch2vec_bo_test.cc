#include "plugins/optimizers/arch2vec/arch2vec_bo.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

#include "plugins/optimizers/arch2vec/arch2vec_rl.h"

namespace arch2vec {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class Config>
Config Quick() {
  Config config;
  config.hidden = 32;
  config.dimensions = 8;
  config.epochs = 2;
  return config;
}

// Embeddings are kept in a directory of the test.
class Arch2VecTest : public testing::Test {
 protected:
  Arch2VecTest() { setenv("XDG_CACHE_HOME", directory_.path().c_str(), 1); }

  template <class T>
  T Make(const Grid& grid, const typename T::Config& config) {
    host_.Enter(step_ = 0, Phase::kSetup);
    T optimizer(host_.host(), config);
    optimizer.Bind(grid.space());
    return optimizer;
  }
  template <class T>
  lode::Architecture Ask(T& optimizer) {
    host_.Enter(step_++, Phase::kAsk);
    return optimizer.Ask();
  }
  template <class T>
  void Tell(T& optimizer, const lode::Architecture& architecture, double reward,
            bool rejected = false) {
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.rejected = rejected;
    optimizer.Tell(trial);
  }
  // The sum of choices, weighted by their place: the best of four rows of three is 2-2-2-2.
  static double RewardOf(const Grid& grid, const lode::Architecture& architecture) {
    const std::string text = grid.space().Format(architecture);
    double sum = 0;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      sum += (text[i] - '0') * (1 + static_cast<double>(i) / 4);
    }
    return sum;
  }
  // Proposals of a search with `ahead` of them under way.
  template <class T>
  std::vector<lode::Architecture> Search(const Grid& grid, const typename T::Config& config,
                                         std::size_t steps, std::size_t ahead = 1) {
    T optimizer = Make<T>(grid, config);
    std::deque<lode::Architecture> under_way;
    std::vector<lode::Architecture> proposals;
    while (proposals.size() < steps) {
      while (under_way.size() < ahead) {
        under_way.push_back(Ask(optimizer));
        proposals.push_back(under_way.back());
      }
      Tell(optimizer, under_way.front(), RewardOf(grid, under_way.front()));
      under_way.pop_front();
    }
    return proposals;
  }
  static std::size_t Distinct(const std::vector<lode::Architecture>& list) {
    return std::set(list.begin(), list.end()).size();
  }

  const lode::test::TemporaryDirectory directory_;
  TestHost host_;
  std::uint64_t step_ = 0;
};

// 40 of 1024 at random have the best of all among them with probability 1/26.
TEST_F(Arch2VecTest, BoFindsTheBestOfAThousandInForty) {
  const Grid grid(5, 4);
  auto config = Quick<Arch2VecBo::Config>();
  config.initial = 10;
  double best = 0;
  for (const lode::Architecture& proposal : Search<Arch2VecBo>(grid, config, 40)) {
    best = std::max(best, RewardOf(grid, proposal));
  }
  EXPECT_EQ(best, RewardOf(grid, grid.space().Parse("3-3-3-3-3")));
}

TEST_F(Arch2VecTest, NothingIsProposedTwiceUntilAllIsKnown) {
  const Grid grid(2, 4);
  auto bo = Quick<Arch2VecBo::Config>();
  bo.initial = 3;
  bo.fit_epochs = 5;
  for (const std::size_t ahead : {1u, 5u}) {
    EXPECT_EQ(Distinct(Search<Arch2VecBo>(grid, bo, 16, ahead)), 16u);
    EXPECT_EQ(Distinct(Search<Arch2VecBo>(grid, bo, 20, ahead)), 16u);
    const auto rl = Quick<Arch2VecRl::Config>();
    EXPECT_EQ(Distinct(Search<Arch2VecRl>(grid, rl, 16, ahead)), 16u);
    EXPECT_EQ(Distinct(Search<Arch2VecRl>(grid, rl, 20, ahead)), 16u);
  }
}

TEST_F(Arch2VecTest, AFitMayGiveSeveralProposals) {
  const Grid grid(4, 3);
  auto config = Quick<Arch2VecBo::Config>();
  config.initial = 4;
  config.fit_epochs = 10;
  const auto one = Search<Arch2VecBo>(grid, config, 10);
  config.proposals = 5;
  const auto five = Search<Arch2VecBo>(grid, config, 10);
  EXPECT_EQ(std::vector(five.begin(), five.begin() + 5), std::vector(one.begin(), one.begin() + 5));
  EXPECT_NE(five, one);
  EXPECT_EQ(Distinct(five), 10u);
}

// The pool is a part of the space, whose best is not in it: mutations of the best ten lead there.
TEST_F(Arch2VecTest, MutationsLeaveThePool) {
  const Grid grid(8, 4);
  auto config = Quick<Arch2VecBo::Config>();
  config.whole = 0;
  config.pool = 60;
  config.fit_epochs = 20;
  double best = 0, without = 0;
  for (const auto& a : Search<Arch2VecBo>(grid, config, 60)) {
    best = std::max(best, RewardOf(grid, a));
  }
  config.mutants = 0;
  for (const auto& a : Search<Arch2VecBo>(grid, config, 60)) {
    without = std::max(without, RewardOf(grid, a));
  }
  EXPECT_GT(best, without);
}

TEST_F(Arch2VecTest, RlLearns) {
  const Grid grid(6, 4);
  auto config = Quick<Arch2VecRl::Config>();
  config.epochs = 5;
  config.learning_rate = 0.03;
  double early = 0, late = 0;
  const auto proposals = Search<Arch2VecRl>(grid, config, 400);
  for (std::size_t i = 0; i < 100; ++i) { early += RewardOf(grid, proposals[i]); }
  for (std::size_t i = 200; i < 300; ++i) { late += RewardOf(grid, proposals[i]); }
  EXPECT_GT(late, early);
}

// A failure teaches nothing; a rejection counts as the lowest reward.
TEST_F(Arch2VecTest, ARejectionCountsAsTheLowestReward) {
  const Grid grid(4, 3);
  auto config = Quick<Arch2VecRl::Config>();
  config.episode = 3;
  config.learning_rate = 0.5;
  const auto search = [&](double last, bool rejected) {
    Arch2VecRl optimizer = Make<Arch2VecRl>(grid, config);
    std::vector<lode::Architecture> proposals;
    for (const double reward : {2.0, 1.0, last}) {
      Tell(optimizer, Ask(optimizer), reward, rejected && std::isnan(reward));
    }
    for (int i = 0; i < 5; ++i) { proposals.push_back(Ask(optimizer)); }
    return proposals;
  };
  EXPECT_EQ(search(kNan, true), search(1, false));
  EXPECT_NE(search(kNan, false), search(1, false));
}

TEST_F(Arch2VecTest, WhatIsTreatedAsToldIsNotProposed) {
  const Grid grid(2, 2);
  Arch2VecRl rl = Make<Arch2VecRl>(grid, Quick<Arch2VecRl::Config>());
  Arch2VecBo bo = Make<Arch2VecBo>(grid, Quick<Arch2VecBo::Config>());
  for (const char* text : {"0-0", "0-1", "1-0"}) {
    lode::Trial trial{};
    const lode::Architecture architecture = grid.space().Parse(text);
    trial.architecture = architecture;
    trial.random = true;
    trial.reward = 1;
    rl.Tell(trial);
    bo.Tell(trial);
  }
  EXPECT_EQ(grid.space().Format(Ask(rl)), "1-1");
  EXPECT_EQ(grid.space().Format(Ask(bo)), "1-1");
}

}  // namespace
}  // namespace arch2vec
