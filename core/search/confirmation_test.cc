#include "core/search/confirmation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr std::size_t kCapacity = 2;

// Confirms what a search has found: "2-2" at step 7, then "0-1", "1-2" and "0-0". Each evaluation
// costs 1.5 seconds.
class ConfirmationTest : public testing::Test {
 protected:
  ConfirmationTest() {
    Found("0-0", 1, 10);
    Found("0-1", 4, 30);
    Found("2-2", 7, 40);
    Found("1-2", 2, 20);
    fakes_.evaluate = [this](const Query& query) {
      queries_.push_back(query);
      Evaluation evaluation = evaluate_(query);
      evaluation.cost_seconds = 1.5;
      return evaluation;
    };
  }

  void Found(const char* architecture, std::uint64_t step, double value) {
    searched_.Add(architecture, step, value, std::vector<double>{value});
  }
  static RewardConfig Config() {
    RewardConfig config;
    config.metric = "score";
    return config;
  }

  std::optional<BestTrial> Run(std::uint64_t repeats, std::uint64_t candidates,
                               double fidelity = 1) {
    Confirmation confirmation({.repeats = repeats, .candidates = candidates}, kCapacity,
                              fakes_.space, fakes_.evaluator, reward_, cancelled_);
    std::optional<BestTrial> best = confirmation.Run(searched_, fidelity);
    cost_seconds_ = confirmation.cost_seconds();
    return best;
  }

  FakeEvaluator fakes_{kCapacity, true};
  const Reward reward_{Config(), fakes_.metrics};
  NoisyBest searched_{reward_.limits(), reward_.metric()};
  FakeExecutor::Evaluate evaluate_ = FakeEvaluation;
  std::vector<Query> queries_;
  std::atomic<bool> cancelled_ = false;
  double cost_seconds_ = 0;
};

TEST_F(ConfirmationTest, TheLeadingCandidatesAreMeasuredInTheOrderOfTheirFirstTrials) {
  Run(1, 3, 0.25);
  EXPECT_THAT(queries_, ElementsAre(AllOf(Field(&Query::text, "1-2"), Field(&Query::step, 2u)),
                                    AllOf(Field(&Query::text, "0-1"), Field(&Query::step, 4u)),
                                    AllOf(Field(&Query::text, "2-2"), Field(&Query::step, 7u))));
  EXPECT_THAT(queries_, testing::Each(Field(&Query::fidelity, 0.25)));
}

TEST_F(ConfirmationTest, EachCandidateIsMeasuredAsOftenAsConfiguredWithSeedsOfItsOwn) {
  Run(3, 2);
  EXPECT_THAT(fakes_.executor.asked(), ElementsAre("0-1", "0-1", "0-1", "2-2", "2-2", "2-2"));
  std::vector<std::uint64_t> seeds;
  for (const Query& query : queries_) { seeds.push_back(query.seed); }
  std::ranges::sort(seeds);
  EXPECT_EQ(std::ranges::adjacent_find(seeds), seeds.end());
}

TEST_F(ConfirmationTest, FewerCandidatesThanConfiguredAreAllMeasured) {
  Run(1, 9);
  EXPECT_THAT(fakes_.executor.asked(), ElementsAre("0-0", "1-2", "0-1", "2-2"));
}

TEST_F(ConfirmationTest, AsManyAsTheCapacityAreMeasuredAtOnce) {
  Run(3, 3);
  EXPECT_EQ(queries_.size(), 9u);
  EXPECT_EQ(fakes_.executor.most_at_once(), kCapacity);
}

// The search measured 20 and more.
TEST_F(ConfirmationTest, TheBestIsTheBestByTheseMeasurementsAlone) {
  evaluate_ = [](const Query& query) {
    Evaluation evaluation;
    evaluation.metrics = {query.text == "1-2" ? 5.0 : query.text == "2-2" ? 4.0 : 3.0};
    return evaluation;
  };
  const std::optional<BestTrial> best = Run(2, 3, 0.25);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->architecture, "1-2");
  EXPECT_EQ(best->step, 2u);
  EXPECT_EQ(best->reward, 5);
  EXPECT_THAT(best->metrics, ElementsAre(5));
  EXPECT_EQ(best->measurements, 2u);
  EXPECT_EQ(best->fidelity, 0.25);
}

TEST_F(ConfirmationTest, EveryMeasurementCosts) {
  Run(2, 3);
  EXPECT_EQ(cost_seconds_, 9);
}

// "2-2" would be the best, and "1-2" fails once.
TEST_F(ConfirmationTest, AMeasurementThatFailsOrBreaksALimitCostsAndDoesNotCount) {
  evaluate_ = [failed = false](const Query& query) mutable {
    if (query.text == "2-2") { return Rejection(); }
    const bool fails = query.text == "1-2" && !std::exchange(failed, true);
    return fails ? Failure("lost") : FakeEvaluation(query);
  };
  const std::optional<BestTrial> best = Run(2, 3);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->architecture, "1-2");
  EXPECT_EQ(best->measurements, 1u);
  EXPECT_EQ(cost_seconds_, 9);
}

TEST_F(ConfirmationTest, ThereIsNoBestIfEveryMeasurementFails) {
  evaluate_ = [](const Query&) { return Failure("lost"); };
  EXPECT_FALSE(Run(2, 3));
}

TEST_F(ConfirmationTest, ACancelledConfirmationAsksNothingMore) {
  cancelled_ = true;
  EXPECT_THROW(Run(1, 3), CancelledError);
  EXPECT_THAT(fakes_.executor.asked(), IsEmpty());
}

}  // namespace
}  // namespace lode::core
