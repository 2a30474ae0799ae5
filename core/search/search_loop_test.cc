#include "core/search/search_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::uint64_t> StepsTold(const Script& script) {
  std::vector<std::uint64_t> steps;
  for (const Script::Told& told : script.told) { steps.push_back(told.step); }
  return steps;
}

TEST(SearchLoopTest, ResultsAreToldInTheOrderOfAsking) {
  FakeSearch search;
  search.capacity = 3;
  search.finish = {2, 1, 0, 3};
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}, {"1-1"}};
  const RunResult result = search.Run();
  EXPECT_THAT(StepsTold(search.script), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(search.taken, IsEmpty());
  EXPECT_EQ(search.executor->most_at_once(), 3u);
  EXPECT_EQ(result.steps, 4u);
  EXPECT_EQ(result.unique_queries, 4u);
  EXPECT_EQ(result.best->architecture, "0-2");
  EXPECT_EQ(result.best->ties, 1u);
}

TEST(SearchLoopTest, ResultsAreToldAsTheyFinish) {
  FakeSearch search;
  search.pipeline.execution.order = Order::kFinished;
  search.capacity = 3;
  search.finish = {2, 3, 1, 0};
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}, {"1-1"}, {"1-2"}};
  search.Run();
  EXPECT_THAT(StepsTold(search.script), ElementsAre(2, 3, 1, 0, 4));
  EXPECT_THAT(search.taken, ElementsAre(2, 3, 1, 0, 4));
  EXPECT_EQ(search.executor->most_at_once(), 3u);
}

// The replay's executor finishes in a different order.
TEST(SearchLoopTest, AReplayTakesEvaluationsAsTheStoredRunDid) {
  const std::deque<Script::Ask> asks = {{"0-0"}, {"0-1"}, {"0-2"}, {"1-1"}, {"1-2"}, {"2-2"}};
  FakeSearch whole;
  whole.pipeline.execution.order = Order::kFinished;
  whole.capacity = 3;
  whole.finish = {2, 3, 1, 5, 0};
  whole.script.asks = asks;
  whole.Run();
  for (std::size_t kept = 0; kept <= 6; ++kept) {
    FakeSearch replayed;
    replayed.pipeline.execution.order = Order::kFinished;
    replayed.capacity = 3;
    replayed.script.asks = asks;
    const auto end = whole.taken.begin() + static_cast<std::ptrdiff_t>(kept);
    replayed.Run({kept, {whole.taken.begin(), end}});
    ASSERT_EQ(replayed.script.told.size(), 6u);
    EXPECT_TRUE(std::equal(replayed.script.told.begin(),
                           replayed.script.told.begin() + static_cast<std::ptrdiff_t>(kept),
                           whole.script.told.begin()))
        << kept;
  }
}

TEST(SearchLoopTest, AReplayInAnImpossibleOrderIsRefused) {
  FakeSearch search;
  search.pipeline.execution.order = Order::kFinished;
  search.capacity = 2;
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}};
  const RunResult result = search.Run({1, {2}});
  EXPECT_EQ(result.ending, Ending::kFailed);
  EXPECT_TRUE(result.broken);
  EXPECT_THAT(result.reason, HasSubstr("the stored run took step 2 as number 1"));
}

// Its step waits for the evaluation and takes it; nothing is asked twice.
TEST(SearchLoopTest, AnArchitectureInProgressIsNotAskedAgain) {
  for (const Order order : {Order::kAsked, Order::kFinished}) {
    FakeSearch search;
    search.pipeline.execution.order = order;
    search.capacity = 3;
    search.script.asks = {{"0-1"}, {"0-1"}, {"0-2"}};
    search.Run();
    EXPECT_THAT(search.executor->asked(), ElementsAre("0-1", "0-2"));
    ASSERT_EQ(search.script.told.size(), 3u);
    EXPECT_TRUE(search.script.told[1].reused);
  }
}

TEST(SearchLoopTest, ARejectedProposalIsFollowedByAnotherOfItsStep) {
  FakeSearch search;
  search.evaluate = [](const Query& q) {
    return q.text == "0-0" ? Rejection() : FakeEvaluation(q);
  };
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-0"}, {"0-2"}};
  const RunResult result = search.Run();
  EXPECT_THAT(search.trials, ElementsAre("0: 0-1", "1: 0-2"));
  EXPECT_EQ(result.rejections, 2u);
  EXPECT_EQ(result.unique_queries, 3u);
  EXPECT_TRUE(search.script.told[0].rejected);
}

// The others are told meanwhile.
TEST(SearchLoopTest, AsTheyFinishARejectedStepGoesBackIntoProgress) {
  FakeSearch search;
  search.pipeline.execution.order = Order::kFinished;
  search.capacity = 2;
  search.evaluate = [](const Query& q) {
    return q.text == "0-0" ? Rejection() : FakeEvaluation(q);
  };
  search.finish = {0, 1, 0};
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}, {"1-1"}};
  search.Run();
  EXPECT_THAT(search.taken, ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(search.trials, ElementsAre("1: 0-1", "0: 0-2", "2: 1-1"));
}

TEST(SearchLoopTest, LaterStepsAreDroppedWithAStepThatFindsNoProposal) {
  FakeSearch search;
  search.capacity = 2;
  search.evaluate = [](const Query& q) {
    return q.text == "0-0" ? Rejection() : FakeEvaluation(q);
  };
  search.script.asks = {{"0-0"}, {"0-1"}};
  const RunResult result = search.Run();
  EXPECT_THAT(search.trials, IsEmpty());
  EXPECT_EQ(result.unique_queries, 2u);
}

TEST(SearchLoopTest, FailuresInARowEndTheSearch) {
  FakeSearch search;
  search.pipeline.execution.max_failures = 2;
  search.evaluate = [](const Query& q) {
    return q.text == "0-1" ? FakeEvaluation(q) : Failure("out of memory");
  };
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}, {"1-1"}, {"1-2"}};
  const RunResult result = search.Run();
  EXPECT_EQ(result.ending, Ending::kFailed);
  EXPECT_EQ(result.reason, "2 trials in a row failed, the last one: out of memory");
  EXPECT_EQ(result.steps, 4u);
  EXPECT_EQ(result.failures, 3u);
}

TEST(SearchLoopTest, TheBudgetCountsFidelities) {
  FakeSearch search;
  search.pipeline.budget.steps.reset();
  search.pipeline.budget.full_evaluations = 2;
  search.pipeline.budget.marks = {1};
  // 0.25 and 1 of "1-2" are two queries; the repeated one is free.
  search.script.asks = {{"1-2", 0.25}, {"1-2", 0.25}, {"1-2"},      {"0-1", 0.25},
                        {"0-2", 0.25}, {"1-1", 0.25}, {"2-2", 0.25}};
  const RunResult result = search.Run();
  EXPECT_EQ(result.steps, 6u);
  EXPECT_EQ(result.unique_queries, 5u);
  EXPECT_DOUBLE_EQ(*result.full_evaluations, 2);
  ASSERT_EQ(result.marks.size(), 1u);
  EXPECT_EQ(result.marks[0].best->step, 2u);
  EXPECT_EQ(search.script.told[1].fidelity, 0.25);
  EXPECT_TRUE(search.script.told[1].reused);
}

TEST(SearchLoopTest, TheBestIsTheBestAtTheHighestFidelity) {
  FakeSearch search;
  search.evaluate = [](const Query& q) {
    Evaluation evaluation = FakeEvaluation(q);
    evaluation.metrics[0] /= q.fidelity * q.fidelity;  // lower fidelities look better
    return evaluation;
  };
  search.script.asks = {{"2-2", 0.25}, {"0-1"}, {"1-2", 0.25}, {"0-2"}, {"0-0"}};
  const RunResult result = search.Run();
  EXPECT_EQ(result.best->architecture, "0-2");
  EXPECT_EQ(result.best->fidelity, 1);
  EXPECT_EQ(result.best->reward, 2);
}

TEST(SearchLoopTest, ConfirmationsMeasureAtTheBestFidelity) {
  FakeSearch search;
  search.noisy = true;
  search.pipeline.confirm = {.repeats = 2, .candidates = 1};
  std::vector<double> fidelities;
  search.evaluate = [&](const Query& q) {
    fidelities.push_back(q.fidelity);
    return FakeEvaluation(q);
  };
  search.script.asks = {{"2-2", 0.25}, {"0-1", 0.25}};
  const RunResult result = search.Run();
  EXPECT_THAT(fidelities, ElementsAre(0.25, 0.25, 0.25, 0.25));
  EXPECT_EQ(result.best->architecture, "2-2");
  EXPECT_EQ(result.best->fidelity, 0.25);
  EXPECT_EQ(result.confirmations, 2u);
}

TEST(SearchLoopTest, ACancelledSearchKeepsWhatItTold) {
  FakeSearch search;
  search.evaluate = [&](const Query& q) {
    search.cancelled = q.text == "0-1";
    return FakeEvaluation(q);
  };
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}};
  const RunResult result = search.Run();
  EXPECT_EQ(result.ending, Ending::kInterrupted);
  EXPECT_EQ(result.steps, 2u);
}

TEST(SearchLoopTest, EvaluationsOfACancelledNoisySearchConfirmNothing) {
  FakeSearch search;
  search.noisy = true;
  search.evaluate = [&](const Query& q) {
    search.cancelled = q.text == "0-1";
    return FakeEvaluation(q);
  };
  search.script.asks = {{"0-0"}, {"0-1"}, {"0-2"}};
  const RunResult result = search.Run();
  EXPECT_EQ(result.ending, Ending::kInterrupted);
  EXPECT_EQ(result.evaluations, 2u);
  EXPECT_EQ(result.confirmations, 0u);
}

TEST(SearchLoopTest, AnExecutorThatCannotContinueBreaksTheRun) {
  FakeSearch search;
  search.evaluate = [](const Query&) -> Evaluation { throw HostError("all workers are gone"); };
  search.script.asks = {{"0-0"}};
  const RunResult result = search.Run();
  EXPECT_TRUE(result.broken);
  EXPECT_EQ(result.reason, "all workers are gone");
}

}  // namespace
}  // namespace lode::core
