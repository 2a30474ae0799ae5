#include "plugins/optimizers/bananas/predictor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <lode/testing.hpp>
#include <string>
#include <vector>

namespace bananas {
namespace {

class PredictorTest : public testing::Test {
 protected:
  Predictor Make() const { return {host_.host(), grid_.space(), {}}; }
  lode::Architecture Parse(const std::string& text) const { return grid_.space().Parse(text); }

  mutable lode::test::TestHost host_;
  const lode::test::Grid grid_{5, 3};
};

TEST_F(PredictorTest, KnowsTheBestThatDidNotFail) {
  Predictor predictor = Make();
  predictor.Add(Parse("0-0-0-0-0"), 1);
  predictor.Add(Parse("1-0-0-0-0"), -std::numeric_limits<double>::infinity());
  predictor.Add(Parse("2-0-0-0-0"), 3);
  predictor.Add(Parse("0-1-0-0-0"), 1);
  EXPECT_THAT(predictor.Best(9),
              testing::ElementsAre(Parse("2-0-0-0-0"), Parse("0-0-0-0-0"), Parse("0-1-0-0-0")));
  EXPECT_THAT(predictor.Best(1), testing::ElementsAre(Parse("2-0-0-0-0")));
}

// From 60 of the 243 architectures: all of whose decisions are the last value or none of them.
TEST_F(PredictorTest, RanksWhatItHasNotSeen) {
  Predictor predictor = Make();
  lode::test::FixedStream stream(3);
  for (int i = 0; i < 60; ++i) {
    const lode::Architecture a = grid_.space().Sample(stream.random());
    const std::string text = grid_.space().Format(a);
    if (text == "2-2-2-2-2" || text == "0-0-0-0-0") { continue; }
    predictor.Add(a, static_cast<double>(std::ranges::count(text, '2')));
  }
  predictor.Fit(stream.random());
  const std::vector<lode::Architecture> unseen = {Parse("2-2-2-2-2"), Parse("0-0-0-0-0")};
  const auto predictions = predictor.Predict(unseen);
  EXPECT_GT(predictions[0].mean, predictions[1].mean + 1);
}

TEST_F(PredictorTest, IsFittedAgainOnlyToMoreTrials) {
  Predictor predictor = Make();
  lode::test::FixedStream stream(3);
  const std::vector<lode::Architecture> two = {Parse("0-0-0-0-0"), Parse("1-1-1-1-1")};
  const auto fitted = [&] {
    predictor.Fit(stream.random());
    return predictor.Predict(two)[0].mean;
  };
  predictor.Add(two[0], 0);
  predictor.Add(two[1], 1);
  const double first = fitted();
  EXPECT_EQ(fitted(), first);
  predictor.Add(Parse("2-2-2-2-2"), 2);
  EXPECT_NE(fitted(), first);
}

}  // namespace
}  // namespace bananas
