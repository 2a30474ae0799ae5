#include "plugins/optimizers/diff_mdenas/mdenas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_mdenas {
namespace {

class MdeNasTest : public lode::mixtures::EdgesTest {};

// An epoch trains a drawn operation on each edge. Its accuracy is the part of the rows with an
// error below 1/2.
TEST_F(MdeNasTest, AnEpochTrainsADrawnOperationOnEachEdge) {
  MdeNas mdenas(host(), {.rate = 0.1});
  const lode::Action proposed = Ask(mdenas);
  Restart();
  std::vector<double> sample;
  for (int edge = 0; edge < 3; ++edge) {
    const bool first = random().Uniform() < 0.5;
    sample.insert(sample.end(), {first ? 1.0 : 0.0, first ? 0.0 : 1.0});
  }
  ExpectNear(weights(), Stepped(sample));

  double accuracy = 0;
  for (std::size_t edge = 0; edge < 3; ++edge) {
    const double error = Error(LODE_SPLIT_VALIDATION, sample, weights(), edge);
    accuracy += (std::abs(error) < 0.5 ? 1 : 0) / 3.0;
  }
  Distribution expected({{0, 2}, {2, 2}, {4, 2}});
  expected.Record(sample, accuracy);
  expected.Update(0.1);
  for (std::size_t c = 0; c < 6; ++c) {
    EXPECT_FLOAT_EQ(proposed[c], static_cast<float>(expected.probabilities()[c]));
  }
}

// Eq. 8, computed by hand for one edge with epochs (1, 2, 3, 0) and accuracies (0.9, 0.8, 0.5, 0).
// The pairs with fewer epochs and a higher accuracy are (0, 1), (0, 2) and (1, 2); nothing is said
// about the fourth operation, which was never trained.
TEST(DistributionTest, FewerEpochsAndAHigherAccuracyGain) {
  Distribution distribution({{0, 4}});
  const auto record = [&](std::size_t operation, double accuracy) {
    std::vector<double> sample(4);
    sample[operation] = 1;
    distribution.Record(sample, accuracy);
  };
  for (int epoch = 0; epoch < 3; ++epoch) { record(2, 0.5); }
  for (int epoch = 0; epoch < 2; ++epoch) { record(1, 0.8); }
  record(0, 0.9);
  distribution.Update(0.01);
  const std::vector<double> expected = {0.25 + 0.02, 0.25, 0.25 - 0.02, 0.25};
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_DOUBLE_EQ(distribution.probabilities()[c], expected[c]);
  }
  record(2, 0.95);  // more epochs, and more accurate: no pair says anything about it
  distribution.Update(0.01);
  EXPECT_DOUBLE_EQ(distribution.probabilities()[0], 0.25 + 0.03);
  EXPECT_DOUBLE_EQ(distribution.probabilities()[2], 0.25 - 0.02);
}

TEST(DistributionTest, NoProbabilityIsNegative) {
  Distribution distribution({{0, 2}});
  distribution.Record(std::vector<double>{0, 1}, 0.2);
  distribution.Record(std::vector<double>{0, 1}, 0.2);
  distribution.Record(std::vector<double>{1, 0}, 0.8);
  for (int i = 0; i < 3; ++i) { distribution.Update(0.2); }
  EXPECT_DOUBLE_EQ(distribution.probabilities()[0], 1);
  EXPECT_DOUBLE_EQ(distribution.probabilities()[1], 0);
  lode::test::TestHost host;
  for (int i = 0; i < 100; ++i) { EXPECT_EQ(distribution.Draw(host.host().Random())[0], 1); }
}

TEST(DistributionTest, DrawsWithItsProbabilities) {
  const Distribution distribution({{0, 4}});
  lode::test::TestHost host;
  std::vector<int> counts(4);
  for (int i = 0; i < 8000; ++i) {
    const std::vector<double> sample = distribution.Draw(host.host().Random());
    for (std::size_t c = 0; c < 4; ++c) { counts[c] += sample[c] == 1 ? 1 : 0; }
  }
  for (const int count : counts) { EXPECT_NEAR(count, 2000, 200); }
}

}  // namespace
}  // namespace diff_mdenas
