#include "core/search/best_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;

constexpr std::array<double, 1> kScore = {1.0};

TrialRecord Trial(std::uint64_t step, std::string_view architecture, double reward,
                  double fidelity = 1, double violation = 0) {
  TrialRecord trial;
  trial.step = step;
  trial.architecture = architecture;
  trial.metrics = kScore;
  trial.reward = reward;
  trial.violation = violation;
  trial.fidelity = fidelity;
  return trial;
}

TEST(ExactBestTest, TheFirstOfEqualsIsTheBestAndCountsTheOthers) {
  ExactBest best;
  EXPECT_TRUE(best.Add(Trial(0, "a", 5)));
  EXPECT_FALSE(best.Add(Trial(1, "b", 5)));
  EXPECT_FALSE(best.Add(Trial(2, "b", 5)));
  EXPECT_FALSE(best.Add(Trial(3, "a", 5)));
  EXPECT_EQ(best.best()->step, 0u);
  EXPECT_EQ(best.best()->ties, 1u);
  EXPECT_TRUE(best.Add(Trial(4, "c", 6)));
  EXPECT_EQ(best.best()->ties, 0u);
}

TEST(ExactBestTest, AHigherFidelityCountsOnlyOnceATrialKeepsTheLimits) {
  ExactBest best;
  EXPECT_TRUE(best.Add(Trial(0, "a", 9, 0.25)));
  EXPECT_FALSE(best.Add(Trial(1, "b", 5, 1, 0.1)));
  EXPECT_EQ(best.best()->architecture, "a");
  EXPECT_TRUE(best.Add(Trial(2, "c", 5, 1)));
  EXPECT_FALSE(best.Add(Trial(3, "d", 9, 0.5)));
  EXPECT_FALSE(best.Add(Trial(4, "e", 5, 0.25)));
  EXPECT_EQ(best.best()->architecture, "c");
  EXPECT_EQ(best.best()->fidelity, 1);
  EXPECT_EQ(best.best()->ties, 0u);
}

TEST(ExactBestTest, TheLastWithinTheLimitsMayTakeItsPlace) {
  ExactBest last(ResultRule::kLast);
  EXPECT_TRUE(last.Add(Trial(0, "a", 9, 0.25)));
  EXPECT_TRUE(last.Add(Trial(1, "b", 9)));
  EXPECT_TRUE(last.Add(Trial(2, "c", 5)));
  EXPECT_FALSE(last.Add(Trial(3, "d", 9, 0.25)));
  EXPECT_FALSE(last.Add(Trial(4, "e", 9, 1, 0.1)));
  EXPECT_EQ(last.best()->architecture, "c");
  EXPECT_TRUE(last.Add(Trial(5, "f", 5)));
  EXPECT_EQ(last.best()->step, 5u);
  EXPECT_EQ(last.best()->ties, 0u);
}

class BestTrackerTest : public testing::Test {
 protected:
  BestTracker Make(bool noisy, bool watches_leaders = false) {
    return {{2, 4}, watches_leaders, reward_, noisy};
  }

  RewardConfig config_{.metric = "score", .transform = Transform::kIdentity, .metric_position = {}};
  const Reward reward_{config_, {FakeMetric()}};
};

TEST_F(BestTrackerTest, EachMarkKeepsTheBestOfItsTime) {
  BestTracker best = Make(false);
  best.Add(Trial(0, "a", 1));
  best.PassMarks(1);
  best.Add(Trial(1, "b", 2));
  best.PassMarks(2.5);
  best.Add(Trial(2, "c", 3));
  best.PassMarks(4);
  ASSERT_EQ(best.marks().size(), 2u);
  EXPECT_EQ(best.marks()[0].best->architecture, "b");
  EXPECT_EQ(best.marks()[1].best->architecture, "c");
}

TEST_F(BestTrackerTest, NoisyTrialsAreComparedAtTheHighestFidelity) {
  BestTracker best = Make(true, true);
  EXPECT_TRUE(best.Add(Trial(0, "a", 9, 0.25)));
  EXPECT_TRUE(best.Add(Trial(1, "b", 3)));
  EXPECT_FALSE(best.Add(Trial(2, "a", 9, 0.25)));
  EXPECT_EQ(best.best()->architecture, "b");
  EXPECT_EQ(best.best()->fidelity, 1);
  EXPECT_EQ(best.Compared()->Leading(5).size(), 1u);
}

// The mean of an architecture's measurements would not be what the last one has.
TEST_F(BestTrackerTest, TheLastNoisyTrialStandsForItself) {
  config_.result = ResultRule::kLast;
  const Reward reward(config_, {FakeMetric()});
  BestTracker last({2}, false, reward, true);
  EXPECT_TRUE(last.is_noisy());
  last.Add(Trial(0, "a", 9));
  last.Add(Trial(1, "b", 7));
  last.PassMarks(2);
  last.Add(Trial(2, "a", 3));
  EXPECT_EQ(last.marks().at(0).best->architecture, "b");
  EXPECT_EQ(last.best()->reward, 3);
  EXPECT_EQ(last.Compared(), nullptr);
}

TEST(FrontTest, HasOnlyTrialsOfTheHighestFidelity) {
  FrontOfHighestFidelity front;
  const auto add = [&](double fidelity, const Objectives& objectives, const char* architecture) {
    return front.Add(fidelity, objectives,
                     [&] { return FrontTrial{.architecture = architecture}; });
  };
  EXPECT_TRUE(add(0.25, {9, 9}, "a"));
  EXPECT_TRUE(add(1, {1, 2}, "b"));
  EXPECT_TRUE(add(1, {2, 1}, "c"));
  EXPECT_FALSE(add(0.25, {10, 10}, "d"));
  EXPECT_FALSE(add(1, {1, 1}, "e"));
  std::vector<std::string> architectures;
  for (const FrontTrial& trial : front.Trials()) { architectures.push_back(trial.architecture); }
  EXPECT_THAT(architectures, ElementsAre("c", "b"));
}

}  // namespace
}  // namespace lode::core
