#include "core/search/teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNan;

// Tells a fake optimizer of trials with two metrics.
class TellerTest : public testing::Test {
 protected:
  TellerTest() {
    FakeOptimizer::script = &script_;
    optimizer_->Bind(space_->handle());
    metrics_[1].direction = LODE_MINIMIZE;
    config_.metric = "score";
  }

  // The only trial that it is told then.
  const Script::Told& Tell(const TrialRecord& trial) {
    const Goals goals(config_, metrics_);
    Teller(*optimizer_, goals, 2).Tell(trial, architecture_);
    return script_.told.at(0);
  }
  const Script::Told& TellRejected(const Step& step) {
    const Goals goals(config_, metrics_);
    Teller(*optimizer_, goals, 2).TellRejected(step);
    return script_.told.at(0);
  }

  TrialRecord Measured() const {
    return {.step = 5,
            .architecture = "1-2",
            .metrics = measured_,
            .reward = 7,
            .violation = 0.5,
            .fidelity = 0.25};
  }
  TrialRecord Failed() const {
    return {.step = 5,
            .architecture = "1-2",
            .metrics = {},
            .reward = kNaN,
            .violation = kNaN,
            .failure = "lost",
            .fidelity = 0.25};
  }
  Step Refused() const {
    Step step{.number = 5, .attempt = 2};
    step.ticket.proposed = {.step = 5, .architecture = architecture_, .fidelity = 0.25};
    return step;
  }

  // The first random number of a call in step 5.
  static std::uint64_t WordOf(std::uint64_t attempt) {
    RandomStream stream(1, "optimizer/fake");
    stream.Restart(5, Phase::kTell, attempt);
    std::uint64_t word = 0;
    stream.Fill(&word, 1);
    return word;
  }

  const RunContext context_{1, nullptr, {}, {}};
  const std::unique_ptr<SpaceInstance> space_ = FakeSpace(context_);
  const Architecture architecture_ = lode::Space(space_->handle()).Parse("1-2");
  const std::vector<double> measured_ = {3, 10};
  Script script_;
  const std::unique_ptr<OptimizerInstance> optimizer_ = MakeFakeOptimizer(context_);
  std::vector<MetricDeclaration> metrics_{FakeMetric("score"), FakeMetric("size")};
  RewardConfig config_;
};

TEST_F(TellerTest, AMeasuredTrialIsToldWithAllItsValues) {
  const Script::Told& told = Tell(Measured());
  EXPECT_EQ(told.step, 5u);
  EXPECT_EQ(told.architecture, "1-2");
  EXPECT_THAT(told.action, IsEmpty());
  EXPECT_THAT(told.metrics, ElementsAre(3, 10));
  EXPECT_EQ(told.reward, 7);
  EXPECT_EQ(told.violation, 0.5);
  EXPECT_EQ(told.fidelity, 0.25);
  EXPECT_FALSE(told.random || told.failed || told.rejected || told.reused);
  EXPECT_THAT(script_.words, ElementsAre(WordOf(0)));
}

TEST_F(TellerTest, ItsActionIsTold) {
  const Action action = {0, 1, 0.5, 0, 0.25, 1};
  TrialRecord trial = Measured();
  trial.action = action;
  EXPECT_EQ(Tell(trial).action, action);
}

TEST_F(TellerTest, ARandomTrialIsMarked) {
  TrialRecord trial = Measured();
  trial.random = true;
  const Script::Told& told = Tell(trial);
  EXPECT_TRUE(told.random);
  EXPECT_FALSE(told.reused);
}

TEST_F(TellerTest, AReusedTrialIsMarkedAndHasTheKnownValues) {
  TrialRecord trial = Measured();
  trial.reused = true;
  const Script::Told& told = Tell(trial);
  EXPECT_TRUE(told.reused);
  EXPECT_FALSE(told.random);
  EXPECT_THAT(told.metrics, ElementsAre(3, 10));
  EXPECT_EQ(told.reward, 7);
}

TEST_F(TellerTest, AFailedTrialHasNoValues) {
  const Script::Told& told = Tell(Failed());
  EXPECT_TRUE(told.failed);
  EXPECT_FALSE(told.rejected);
  EXPECT_THAT(told.metrics, ElementsAre(IsNan(), IsNan()));
  EXPECT_THAT(told.objectives, ElementsAre(IsNan()));
  EXPECT_THAT(told.reward, IsNan());
  EXPECT_THAT(told.violation, IsNan());
  EXPECT_EQ(told.fidelity, 0.25);
}

TEST_F(TellerTest, ARejectedProposalHasFailedAndHasNoValues) {
  Step step = Refused();
  step.action = {0, 1, 0.5, 0, 0.25, 1};
  const Script::Told& told = TellRejected(step);
  EXPECT_TRUE(told.rejected);
  EXPECT_TRUE(told.failed);
  EXPECT_EQ(told.step, 5u);
  EXPECT_EQ(told.architecture, "1-2");
  EXPECT_EQ(told.action, step.action);
  EXPECT_THAT(told.metrics, ElementsAre(IsNan(), IsNan()));
  EXPECT_THAT(told.objectives, ElementsAre(IsNan()));
  EXPECT_THAT(told.reward, IsNan());
  EXPECT_THAT(told.violation, IsNan());
  EXPECT_EQ(told.fidelity, 0.25);
  EXPECT_THAT(script_.words, ElementsAre(WordOf(2)));
}

// A limit on the size is a trade-off, which the reward decides.
TEST_F(TellerTest, WithoutStatedGoalsTheRewardIsTheObjective) {
  config_.limits = {{"size", std::nullopt, 20.0, {}}};
  EXPECT_THAT(Tell(Measured()).objectives, ElementsAre(7));
}

TEST_F(TellerTest, StatedGoalsAreTheObjectivesInTheirOrder) {
  config_.goals = {{"size", {}, {}}, {"score", {}, {}}};
  const Script::Told& told = Tell(Measured());
  EXPECT_THAT(told.objectives, ElementsAre(-10, 3));  // larger is better
  EXPECT_EQ(told.reward, 7);
}

TEST_F(TellerTest, WhatFailedOrWasRejectedHasAsManyObjectivesAsGoals) {
  config_.goals = {{"size", {}, {}}, {"score", {}, {}}};
  EXPECT_THAT(Tell(Failed()).objectives, ElementsAre(IsNan(), IsNan()));
  script_.told.clear();
  EXPECT_THAT(TellRejected(Refused()).objectives, ElementsAre(IsNan(), IsNan()));
}

}  // namespace
}  // namespace lode::core
