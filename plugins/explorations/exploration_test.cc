#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <vector>

#include "plugins/explorations/epsilon_greedy.h"
#include "plugins/explorations/uniform_noise.h"
#include "plugins/explorations/warm_up.h"

namespace exploration {
namespace {

using lode::test::Phase;
using lode::test::TestHost;

EpsilonGreedy Greedy(const TestHost& host, EpsilonGreedy::Config config) {
  return EpsilonGreedy(host.host(), config);
}

TEST(EpsilonGreedy, CosineHasTheValuesOfTheHalfAngle) {
  TestHost host;
  const EpsilonGreedy greedy = Greedy(host, {1.0, 0.05, 6, "cosine"});
  // cos(pi/6) = sqrt(3)/2, cos(pi/3) = 1/2, cos(pi/2) = 0, ...
  const std::vector<double> shares = {1,    (2 + std::sqrt(3)) / 4, 0.75, 0.5,
                                      0.25, (2 - std::sqrt(3)) / 4, 0};
  for (std::uint64_t t = 0; t < shares.size(); ++t) {
    EXPECT_NEAR(greedy.Epsilon(t), 0.05 + 0.95 * shares[t], 1e-15) << t;
  }
}

TEST(EpsilonGreedy, CosineEqualsSquaredCosineOnThePapersSetting) {
  TestHost host;
  const EpsilonGreedy greedy = Greedy(host, {});
  for (std::uint64_t t = 0; t < 175; ++t) {
    const double half_angle = static_cast<double>(t) / 175 * 1.5707963267948966;
    const double expected = 0.05 + 0.95 * std::cos(half_angle) * std::cos(half_angle);
    EXPECT_NEAR(greedy.Epsilon(t), expected, 1e-14) << t;
  }
}

TEST(EpsilonGreedy, LinearIsStraight) {
  TestHost host;
  const EpsilonGreedy greedy = Greedy(host, {0.9, 0.1, 4, "linear"});
  const std::vector<double> expected = {0.9, 0.7, 0.5, 0.3, 0.1, 0.1};
  for (std::uint64_t t = 0; t < expected.size(); ++t) {
    EXPECT_NEAR(greedy.Epsilon(t), expected[t], 1e-15) << t;
  }
}

TEST(EpsilonGreedy, StaysAtTheEnd) {
  TestHost host;
  for (const char* schedule : {"cosine", "linear"}) {
    const EpsilonGreedy greedy = Greedy(host, {1.0, 0.05, 175, schedule});
    for (const std::uint64_t t : {175ull, 176ull, 1000ull, ~0ull}) {
      EXPECT_DOUBLE_EQ(greedy.Epsilon(t), 0.05) << schedule << " " << t;
    }
  }
}

TEST(EpsilonGreedy, MayRise) {
  TestHost host;
  const EpsilonGreedy greedy = Greedy(host, {0.0, 1.0, 2, "linear"});
  EXPECT_EQ(greedy.Epsilon(0), 0.0);
  EXPECT_EQ(greedy.Epsilon(1), 0.5);
  EXPECT_EQ(greedy.Epsilon(2), 1.0);
}

TEST(EpsilonGreedy, ZeroNeverAndOneAlwaysExplores) {
  TestHost host;
  EpsilonGreedy never = Greedy(host, {0, 0, 1, "cosine"});
  EpsilonGreedy always = Greedy(host, {1, 1, 1, "cosine"});
  for (std::uint64_t t = 0; t < 1000; ++t) {
    EXPECT_FALSE(never.Explore(t));
    EXPECT_TRUE(always.Explore(t));
  }
}

TEST(EpsilonGreedy, ExploresWithProbabilityEpsilonAndRecordsIt) {
  TestHost host;
  EpsilonGreedy greedy = Greedy(host, {0.8, 0.2, 5000, "cosine"});
  int explored = 0;
  double mean = 0, variance = 0;
  for (std::uint64_t t = 0; t < 10000; ++t) {
    host.Enter(t, Phase::kExplore);
    explored += greedy.Explore(t);
    const double epsilon = host.records().back().second;
    mean += epsilon;
    variance += epsilon * (1 - epsilon);
    ASSERT_EQ(host.records().back().first, "epsilon");
    ASSERT_EQ(epsilon, greedy.Epsilon(t));
  }
  EXPECT_NEAR(explored, mean, 4 * std::sqrt(variance));
}

TEST(WarmUp, IsRandomOnlyForTheFirstSteps) {
  TestHost host;
  const WarmUp warm_up(host.host(), {.steps = 3});
  EXPECT_TRUE(warm_up.Explore(0));
  EXPECT_TRUE(warm_up.Explore(2));
  EXPECT_FALSE(warm_up.Explore(3));
  EXPECT_FALSE(warm_up.Explore(1'000'000));
}

TEST(WarmUp, HasNoEffectForZeroSteps) {
  TestHost host;
  EXPECT_FALSE(WarmUp(host.host(), {.steps = 0}).Explore(0));
}

TEST(UniformNoise, FillsItsInterval) {
  TestHost host;
  const UniformNoise noise(host.host(), {.amplitude = 0.25});
  std::vector<float> action(10000, 0.5f);
  noise.Perturb(0, action);
  double sum = 0;
  std::map<int, int> by_tenth;
  for (const float cell : action) {
    ASSERT_GE(cell, 0.25f);
    ASSERT_LE(cell, 0.75f);
    sum += cell;
    ++by_tenth[std::min(static_cast<int>((cell - 0.25f) * 20), 9)];
  }
  // Uniform(-a, a) has the deviation a / sqrt(3); each tenth holds 1000 +- 30 cells.
  EXPECT_NEAR(sum / 1e4, 0.5, 4 * 0.25 / std::sqrt(3.0) / 100);
  ASSERT_EQ(by_tenth.size(), 10u);
  for (const auto& [tenth, count] : by_tenth) { EXPECT_NEAR(count, 1000, 120) << tenth; }
}

TEST(UniformNoise, HasNoEffectForZeroAmplitude) {
  TestHost host;
  const UniformNoise noise(host.host(), {.amplitude = 0});
  std::vector<float> action = {0.1f, -3.0f, 0.0f};
  noise.Perturb(7, action);
  EXPECT_EQ(action, (std::vector<float>{0.1f, -3.0f, 0.0f}));
}

}  // namespace
}  // namespace exploration
