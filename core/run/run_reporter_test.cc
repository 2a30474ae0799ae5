#include "core/run/run_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::Pair;

// Evaluates only when told to.
class FakeExecutor : public Executor {
 public:
  explicit FakeExecutor(std::size_t capacity) : capacity_(capacity) {}

  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  std::size_t capacity() const override { return capacity_; }
  void Start(const Query& query) override { asked_.push_back(query); }
  std::uint64_t Next() override { return asked_.front().id; }
  Evaluation Finish(std::uint64_t /*id*/) override {
    Evaluation evaluation;
    evaluation.timing.worker = 2;
    Tell(asked_.front(), evaluation);
    asked_.pop_front();
    return evaluation;
  }

 private:
  const std::size_t capacity_;
  const MetricLists metrics_;
  const Fidelities fidelities_{};
  std::deque<Query> asked_;
};

class Heard : public RunListener {
 public:
  void OnActivity(const RunActivity& activity) override {
    activity_.emplace_back(activity.workers, activity.under_way);
    finished_.push_back(activity.finished);
  }
  void OnProgress(const RunProgress& progress) override {
    progress_.emplace_back(progress.call.fraction, progress.call.what);
  }
  void OnTrial(const RunTrial& trial) override {
    steps_.push_back(trial.trial.step);
    costs_.push_back(trial.cost_seconds);
    metric_ = trial.metrics[trial.reward_metric].name;
    replayed_ = trial.replayed;
  }
  void OnFinished(const RunFinished& /*run*/) override {}
  void OnFailed(const RunFailed& /*run*/) override {}
  void OnWarning(const RunWarning& /*warning*/) override {}

  std::vector<std::pair<std::size_t, std::size_t>> activity_;
  std::vector<std::optional<std::uint32_t>> finished_;
  std::vector<std::pair<double, std::string>> progress_;
  std::vector<std::uint64_t> steps_;
  std::vector<double> costs_;
  std::string metric_;
  std::uint64_t replayed_ = 0;
};

class RunReporterTest : public testing::Test {
 protected:
  const RunInfo run_{};
  Heard heard_;
  RunReporter reporter_{run_, heard_};
};

TEST_F(RunReporterTest, EvaluationsThatAreUnderWayAreCounted) {
  const auto executor = reporter_.Watch(std::make_unique<FakeExecutor>(3));
  int finished = 0;
  executor->Listen([&](const Query&, const Evaluation&) { ++finished; });
  Query query;
  for (query.id = 1; query.id <= 2; ++query.id) { executor->Start(query); }
  executor->Finish(executor->Next());
  executor->Finish(executor->Next());
  EXPECT_EQ(finished, 2);
  EXPECT_THAT(heard_.activity_,
              ElementsAre(Pair(3, 0), Pair(3, 1), Pair(3, 2), Pair(3, 1), Pair(3, 0)));
  EXPECT_THAT(heard_.finished_, ElementsAre(std::nullopt, std::nullopt, std::nullopt, 2u, 2u));
}

TEST_F(RunReporterTest, ARunThatEvaluatesItselfHasNoWorkers) {
  const auto executor = reporter_.Watch(std::make_unique<FakeExecutor>(1));
  EXPECT_EQ(executor->capacity(), 1);
  EXPECT_THAT(heard_.activity_, ElementsAre(Pair(0, 0)));
}

TEST_F(RunReporterTest, WhatComponentsSayIsPassedOn) {
  reporter_.Progress()({0.5, "epoch 3"});
  EXPECT_THAT(heard_.progress_, ElementsAre(Pair(0.5, "epoch 3")));
}

TEST_F(RunReporterTest, ATrialComesWithWhatTheRunHasCostSoFar) {
  std::vector<MetricDeclaration> metrics(2);
  metrics[1].name = "accuracy";
  reporter_.Describe(metrics, 1, 7);
  EvaluationRecord evaluation;
  evaluation.cost_seconds = 2;
  TrialRecord trial;
  reporter_.OnEvaluation(evaluation);
  reporter_.OnTrial(trial);
  reporter_.OnEvaluation(evaluation);
  reporter_.OnEvaluation(evaluation);
  trial.step = 1;
  reporter_.OnTrial(trial);
  EXPECT_THAT(heard_.steps_, ElementsAre(0, 1));
  EXPECT_THAT(heard_.costs_, ElementsAre(2, 6));
  EXPECT_EQ(heard_.metric_, "accuracy");
  EXPECT_EQ(heard_.replayed_, 7);
}

}  // namespace
}  // namespace lode::core
