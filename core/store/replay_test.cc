#include "core/store/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/store/database.h"
#include "core/store/run_store.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

MetricDeclaration Named(const char* name) {
  return {name, "percent", "", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "", 0, false};
}

const TrialRecord kFailedTrial{.step = 1,
                               .evaluation = 2,
                               .architecture = "b",
                               .metrics = {},
                               .reward = kNaN,
                               .violation = kNaN,
                               .failure = "out of memory"};

// Evaluates every query to its ID and records the queries.
class Oracle : public Executor {
 public:
  explicit Oracle(std::vector<std::uint64_t>& asked) : asked_(asked) {}
  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  std::size_t capacity() const override { return 1; }
  void Start(const Query& query) override {
    asked_.push_back(query.id);
    Tell(query, EvaluationOf(query.id));
  }
  std::uint64_t Next() override { return asked_.back(); }
  Evaluation Finish(std::uint64_t id) override { return EvaluationOf(id); }

 private:
  static Evaluation EvaluationOf(std::uint64_t id) {
    return {Outcome::kMeasured, {static_cast<double>(id)}, "", 0, {}};
  }
  std::vector<std::uint64_t>& asked_;
  const MetricLists metrics_ = {{Named("measured")}};
  const Fidelities fidelities_{};
};

// A store with a metric of a formula and a measured one. Evaluation 1 was measured, 2 failed, 3 was
// rejected; the first two became trials.
class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    Store();
    replay_ = std::make_unique<ReplayExecutor>(Stored(), std::make_unique<Oracle>(asked_));
  }

  void Store() const {
    RunStore store(directory_.path(), RunStore::Mode::kNew,
                   StoreShape({Named("formula"), Named("measured")}));
    const std::vector<double> first = {7, 71.5}, nothing = {7, std::nan("")};
    store.OnEvaluation({1, 0, "a", first, "", false, 12.5, {}});
    store.OnTrial(
        {.step = 0, .evaluation = 1, .architecture = "a", .metrics = first, .reward = 0.5});
    store.OnEvaluation({2, 1, "b", nothing, "out of memory", false, 0, {}});
    store.OnTrial(kFailedTrial);
    store.OnEvaluation({3, 2, "c", nothing, "", true, 3, {}});
  }

  ReplayCheck Check() const { return {Stored(), reward_}; }
  // Checks this trial in place of the first one.
  void ExpectDifference(const TrialRecord& trial, const char* difference) const {
    EXPECT_THAT([&] { Check().OnTrial(trial); },
                ThrowsMessage<HostError>(HasSubstr(std::string("step 0: ") + difference)));
  }

  std::unique_ptr<StoredRun> Stored() const {
    return std::make_unique<StoredRun>(directory_.path());
  }
  static Query Ask(std::uint64_t id, const char* text) { return {id, id - 1, 0, 0, {}, text}; }
  static RewardConfig Measured() {
    RewardConfig config;
    config.metric = "measured";
    config.transform = Transform::kExponential;
    return config;
  }

  const TemporaryDirectory directory_;
  const Reward reward_{Measured(), {Named("formula"), Named("measured")}};
  std::vector<std::uint64_t> asked_;
  std::unique_ptr<ReplayExecutor> replay_;
};

TEST_F(ReplayTest, StoredEvaluationsAreNotAskedAgain) {
  std::vector<std::uint64_t> told;
  replay_->Listen([&](const Query& query, const Evaluation&) { told.push_back(query.id); });
  for (const auto& [id, text] : {std::pair{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}}) {
    replay_->Start(Ask(static_cast<std::uint64_t>(id), text));
  }
  EXPECT_THAT(asked_, ElementsAre(4));
  EXPECT_THAT(told, ElementsAre(1, 2, 3, 4));

  const Evaluation measured = replay_->Finish(1);
  EXPECT_EQ(measured.outcome, Outcome::kMeasured);
  EXPECT_THAT(measured.metrics, ElementsAre(71.5));  // not the formula's
  EXPECT_EQ(measured.cost_seconds, 12.5);
  const Evaluation failed = replay_->Finish(2);
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_EQ(failed.failure, "out of memory");
  EXPECT_EQ(replay_->Finish(3).outcome, Outcome::kRejected);
  EXPECT_THAT(replay_->Finish(4).metrics, ElementsAre(4));
}

TEST_F(ReplayTest, StoredEvaluationsComeFirst) {
  replay_->Start(Ask(1, "a"));
  replay_->Start(Ask(2, "b"));
  replay_->Start(Ask(4, "d"));
  for (const std::uint64_t id : {1, 2, 4}) {
    EXPECT_EQ(replay_->Next(), id);
    replay_->Finish(id);
  }
}

// Otherwise everything that a search of days writes after that would stay beside the file.
TEST_F(ReplayTest, TheStoredRunIsReleasedOnceItIsReplayed) {
  ReplayCheck check = Check();
  const auto is_free = [&] {
    Database database(directory_.path() / kStoreFile, Database::Access::kWrite);
    database.Execute("PRAGMA busy_timeout = 0");
    database.Execute("CREATE TABLE IF NOT EXISTS later(x); INSERT INTO later VALUES(1)");
    Statement checkpoint(database, "PRAGMA wal_checkpoint(TRUNCATE)");
    checkpoint.Next();
    return checkpoint.Integer(0) == 0;
  };
  const std::vector<double> metrics = {7, 71.5};
  check.OnTrial(
      {.step = 0, .evaluation = 1, .architecture = "a", .metrics = metrics, .reward = 0.5});
  check.OnTrial(kFailedTrial);
  replay_->Start(Ask(1, "a"));
  replay_->Start(Ask(2, "b"));
  EXPECT_FALSE(is_free());  // the third evaluation is still to be evaluated
  replay_->Start(Ask(3, "c"));
  EXPECT_TRUE(is_free());
  replay_->Start(Ask(4, "d"));
  check.OnTrial(
      {.step = 2, .evaluation = 4, .architecture = "d", .metrics = metrics, .reward = 0.5});
  EXPECT_THAT(asked_, ElementsAre(4));
}

TEST_F(ReplayTest, ReportsAQueryThatDiffersFromTheStoredOne) {
  replay_->Start(Ask(1, "a"));
  EXPECT_THAT([&] { replay_->Start(Ask(2, "z")); },
              ThrowsMessage<HostError>(HasSubstr("run.db: step 1: architecture now z, stored b")));
}

TEST_F(ReplayTest, ProposalsAndMeasurementsAreComparedToTheLastBit) {
  const std::vector<double> metrics = {7, 71.5};
  const TrialRecord good{
      .step = 0, .evaluation = 1, .architecture = "a", .metrics = metrics, .reward = 0.5};
  EXPECT_NO_THROW(Check().OnTrial(good));
  TrialRecord trial = good;
  const std::vector<double> close = {7, std::nextafter(71.5, 72)};
  trial.metrics = close;
  ExpectDifference(trial, "measured now 71.50000000000001, stored 71.5");
  const std::vector<double> formula = {8, 71.5};
  trial.metrics = formula;
  ExpectDifference(trial, "formula now 8, stored 7");
  trial = good;
  const std::vector<float> action = {0.5f};
  trial.action = action;
  ExpectDifference(trial, "number of cells of the action now 1, stored 0");
  trial = good;
  trial.failure = "broken";
  ExpectDifference(trial, "failure now 'broken', stored ''");
  trial = good;
  trial.random = true;
  ExpectDifference(trial, "random now yes, stored no");
}

TEST_F(ReplayTest, RewardsMayDifferByRounding) {
  const std::vector<double> metrics = {7, 71.5};
  TrialRecord trial{.step = 0,
                    .evaluation = 1,
                    .architecture = "a",
                    .metrics = metrics,
                    .reward = std::nextafter(0.5, 1)};
  EXPECT_NO_THROW(Check().OnTrial(trial));
  trial.reward = 0.5 + 0.9 * reward_.Rounding(metrics);
  EXPECT_NO_THROW(Check().OnTrial(trial));
  trial.reward = 0.5 + 2 * reward_.Rounding(metrics);
  ExpectDifference(trial, "reward now 0.50000000005");
  trial.reward = 0.5;
  trial.violation = 1e-9;
  ExpectDifference(trial, "violation now 1e-09, stored 0");
}

TEST_F(ReplayTest, ARunMustNotBeShorterThanBefore) {
  const ReplayCheck check = Check();
  EXPECT_NO_THROW(check.CheckEnd(2));
  EXPECT_THAT([&] { check.CheckEnd(1); },
              ThrowsMessage<HostError>(HasSubstr("ends after 1 steps now, 2 are stored")));
}

}  // namespace
}  // namespace lode::core
