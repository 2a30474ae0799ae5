#include "core/search/taking_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;

// Steps in progress, which are taken in some order.
class TakingOrderTest : public testing::Test {
 protected:
  void Begin(const std::string& text) {
    const std::uint64_t number = begun_++;
    steps_.push_back({.number = number});
    steps_.back().ticket = fakes_.evaluator.Begin(
        {.step = number, .architecture = fakes_.space.Parse(text), .text = text});
  }

  // Finishes steps until none is in progress, and returns their order.
  std::vector<std::uint64_t> TakeAll(TakingOrder& order) {
    std::vector<std::uint64_t> taken;
    while (!steps_.empty()) { taken.push_back(Take(order)); }
    return taken;
  }
  std::uint64_t Take(TakingOrder& order) {
    const auto step = order.Next(steps_);
    const std::uint64_t number = step->number;
    fakes_.evaluator.Finish(step->ticket);
    steps_.erase(step);
    return number;
  }
  // Steps 1 and 3 ask for what earlier ones have asked for.
  void BeginFour() {
    for (const char* text : {"0-1", "0-1", "0-2", "0-2"}) { Begin(text); }
  }

  FakeEvaluator fakes_;
  TakingOrder asked_{Order::kAsked, fakes_.evaluator, fakes_.executor};
  TakingOrder finished_{Order::kFinished, fakes_.evaluator, fakes_.executor};
  Steps steps_;
  std::uint64_t begun_ = 0;
};

TEST_F(TakingOrderTest, AsAskedTheOldestStepIsNext) {
  EXPECT_FALSE(asked_.depends_on_time());
  fakes_.executor.steps_to_finish = {2, 0};
  BeginFour();
  EXPECT_THAT(TakeAll(asked_), ElementsAre(0, 1, 2, 3));
}

TEST_F(TakingOrderTest, AsAskedAReplayNeedsNoStoredOrder) {
  asked_.Replay({3, 2});
  BeginFour();
  EXPECT_THAT(TakeAll(asked_), ElementsAre(0, 1, 2, 3));
}

TEST_F(TakingOrderTest, AsFinishedTheStepThatIsEvaluatedFirstIsNext) {
  EXPECT_TRUE(finished_.depends_on_time());
  fakes_.executor.steps_to_finish = {2, 0, 1};
  for (const char* text : {"0-0", "0-1", "0-2"}) { Begin(text); }
  EXPECT_THAT(TakeAll(finished_), ElementsAre(2, 0, 1));
}

TEST_F(TakingOrderTest, AsFinishedAKnownResultIsTakenBeforeAnyEvaluation) {
  Begin("0-0");
  Take(finished_);
  Begin("0-1");
  Begin("0-0");
  EXPECT_THAT(TakeAll(finished_), ElementsAre(2, 1));
}

// Step 3 is ready as soon as step 2 is taken.
TEST_F(TakingOrderTest, AsFinishedAWaitingStepFollowsTheOneThatItWaitsFor) {
  fakes_.executor.steps_to_finish = {2, 0};
  BeginFour();
  EXPECT_THAT(TakeAll(finished_), ElementsAre(2, 3, 0, 1));
  EXPECT_THAT(fakes_.executor.asked(), ElementsAre("0-1", "0-2"));
}

TEST_F(TakingOrderTest, AsFinishedAWaitingStepAsksItselfAfterAFailure) {
  fakes_.evaluate = [](const Query& q) {
    return q.step == 0 ? Failure("lost") : FakeEvaluation(q);
  };
  Begin("0-1");
  Begin("0-1");
  EXPECT_EQ(Take(finished_), 0u);
  EXPECT_EQ(Take(finished_), 1u);
  EXPECT_THAT(fakes_.executor.asked(), ElementsAre("0-1", "0-1"));
}

TEST_F(TakingOrderTest, AReplayTakesTheStoredStepsThenTheOthersAsTheyFinish) {
  finished_.Replay({0, 2});
  fakes_.executor.steps_to_finish = {3, 1, 2, 0};
  for (const char* text : {"0-0", "0-1", "0-2", "1-1"}) { Begin(text); }
  EXPECT_THAT(TakeAll(finished_), ElementsAre(0, 2, 3, 1));
}

std::string Refusal(const std::string& taken) {
  return "the stored run took " + taken +
         ", but this time that step is not in progress; the run cannot be continued exactly: a "
         "component is not deterministic or has changed";
}

TEST_F(TakingOrderTest, AReplayRefusesAStepThatIsNotInProgress) {
  finished_.Replay({0, 4});
  BeginFour();
  EXPECT_EQ(Take(finished_), 0u);
  EXPECT_THAT([&] { finished_.Next(steps_); },
              testing::ThrowsMessage<HostError>(Refusal("step 4 as number 2")));
}

TEST_F(TakingOrderTest, AReplayRefusesAStepThatWaitsForAnother) {
  finished_.Replay({1});
  BeginFour();
  EXPECT_THAT([&] { finished_.Next(steps_); },
              testing::ThrowsMessage<HostError>(Refusal("step 1 as number 1")));
}

}  // namespace
}  // namespace lode::core
