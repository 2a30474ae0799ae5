#include "plugins/optimizers/alphax/value_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <lode/testing.hpp>
#include <numeric>
#include <vector>

namespace alphax {
namespace {

using lode::test::Grid;
using lode::test::TestHost;

constexpr ValueNetwork::Settings kQuick{.outer_width = 16,
                                        .inner_width = 16,
                                        .learning_rate = 3e-3,
                                        .batch_size = 16,
                                        .epochs = 100,
                                        .max_batches = 100000,
                                        .interval = 10};

class ValueNetworkTest : public testing::Test {
 protected:
  // All 256 architectures of four decisions with four values.
  std::vector<lode::Architecture> All() const {
    std::vector<lode::Architecture> all;
    for (int i = 0; i < 256; ++i) {
      const auto digit = [&](int place) { return std::to_string(i / place % 4); };
      all.push_back(
          grid_.space().Parse(digit(64) + "-" + digit(16) + "-" + digit(4) + "-" + digit(1)));
    }
    return all;
  }
  // 60, plus the sum of the choices, plus 3 if the first two are equal.
  double RewardOf(const lode::Architecture& architecture) const {
    const std::string text = grid_.space().Format(architecture);
    double sum = text[0] == text[2] ? 63 : 60;
    for (const char c : {text[0], text[2], text[4], text[6]}) { sum += c - '0'; }
    return sum;
  }

  const Grid grid_{4, 4};
  TestHost host_;
  const lode::Random random_ = host_.host().Random();
};

// Learns a function with an interaction from half of its values, and predicts the other half to a
// mean error below a fifth of the standard deviation, 2.6.
TEST_F(ValueNetworkTest, FitsAFunctionOnArchitecturesItHasNotSeen) {
  ValueNetwork network(grid_.space().cells(), kQuick);
  std::vector<lode::Architecture> all = All();
  random_.Shuffle(std::span(all));
  const auto unseen = std::span(all).last(128);
  for (std::size_t i = 0; i < 128; ++i) { network.Add(all[i], RewardOf(all[i])); }
  network.Train(random_, {60, 75});
  const std::vector<double> predicted = network.Predict(unseen);
  double error = 0;
  for (std::size_t i = 0; i < unseen.size(); ++i) {
    error += std::abs(predicted[i] - RewardOf(unseen[i])) / 128;
  }
  EXPECT_LT(error, 0.52);
}

// Rewards below the interval and failures are its lower end.
TEST_F(ValueNetworkTest, FailuresAreTheLowestReward) {
  ValueNetwork network(grid_.space().cells(), kQuick);
  const std::vector<lode::Architecture> all = All();
  network.Add(all[0], std::nullopt);
  network.Add(all[100], 10);
  network.Add(all[200], 70);
  network.Train(random_, {50, 70});
  const std::vector<double> predicted = network.Predict(all);
  EXPECT_NEAR(predicted[0], 50, 0.5);
  EXPECT_NEAR(predicted[100], 50, 0.5);
  EXPECT_NEAR(predicted[200], 70, 0.5);
}

TEST_F(ValueNetworkTest, IsDueAfterEachIntervalOfResults) {
  ValueNetwork network(grid_.space().cells(), kQuick);
  const std::vector<lode::Architecture> all = All();
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_FALSE(network.IsDue());
    network.Add(all[i], 1);
  }
  EXPECT_TRUE(network.IsDue());
  EXPECT_FALSE(network.trained());
  network.Train(random_, {});
  EXPECT_FALSE(network.IsDue());
  EXPECT_TRUE(network.trained());
}

TEST_F(ValueNetworkTest, PredictionsDoNotDependOnTheBatch) {
  ValueNetwork network(grid_.space().cells(), kQuick);
  const std::vector<lode::Architecture> all = All();
  network.Add(all[7], 1);
  network.Train(random_, {});
  const std::vector<double> together = network.Predict(all);
  EXPECT_EQ(network.Predict(std::span(all).subspan(9, 1))[0], together[9]);
}

// A training is bounded: ten batches leave it where ten batches of a longer one would.
TEST_F(ValueNetworkTest, ATrainingHasAtMostSoManyBatches) {
  const auto predict = [&](std::size_t epochs, std::size_t most) {
    ValueNetwork::Settings settings = kQuick;
    settings.epochs = epochs;
    settings.max_batches = most;
    ValueNetwork network(grid_.space().cells(), settings);
    const std::vector<lode::Architecture> all = All();
    for (std::size_t i = 0; i < 32; ++i) { network.Add(all[i], RewardOf(all[i])); }
    TestHost host;
    network.Train(host.host().Random(), {60, 75});
    return network.Predict(all);
  };
  EXPECT_EQ(predict(5, 1000), predict(100, 10));
  EXPECT_NE(predict(5, 1000), predict(100, 11));
}

}  // namespace
}  // namespace alphax
