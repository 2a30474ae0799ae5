#include "core/exec/retrying.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace lode::core {
namespace {

// Fails each query as many times as its seed says, then measures its id. Each attempt took a
// second and began at the second of its number.
class Failing : public TimedExecutor {
 public:
  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  std::size_t capacity() const override { return 2; }
  void Start(const Query& query) override {
    Evaluation& finished = finished_[query.id];
    const bool fails = starts_[query.id]++ < query.seed;
    finished = {fails ? Outcome::kFailed : Outcome::kMeasured,
                {fails ? 0 : static_cast<double>(query.id)},
                fails ? "the device is lost" : "",
                0,
                {},
                {static_cast<std::int64_t>(starts_[query.id]), 1, 2, "node"}};
    Tell(query, finished);
    evaluated_.push_back(query.id);
  }
  std::optional<std::uint64_t> NextUntil(Clock::time_point) override { return evaluated_.front(); }
  Evaluation Finish(std::uint64_t id) override {
    std::erase(evaluated_, id);
    return finished_.at(id);
  }

  std::map<std::uint64_t, std::uint64_t> starts_;

 private:
  MetricLists metrics_;
  const Fidelities fidelities_{};
  std::map<std::uint64_t, Evaluation> finished_;
  std::vector<std::uint64_t> evaluated_;
};

Query Ask(std::uint64_t id, std::uint64_t failures) {
  Query query;
  query.id = id;
  query.seed = failures;
  return query;
}

class RetryingTest : public testing::Test {
 protected:
  RetryingTest() {
    auto failing = std::make_unique<Failing>();
    failing_ = failing.get();
    run_.cancelled = &cancelled_;
    retrying_ = std::make_unique<Retrying>(std::move(failing), 2, run_);
    retrying_->Listen(
        [this](const Query& q, const Evaluation& m) { told_.emplace_back(q.id, m.outcome); });
  }

  std::atomic<bool> cancelled_ = false;
  RunContext run_;
  Failing* failing_;
  std::unique_ptr<Retrying> retrying_;
  std::vector<std::pair<std::uint64_t, Outcome>> told_;
};

TEST_F(RetryingTest, ATemporaryFailureIsNotAFailure) {
  retrying_->Start(Ask(1, 2));
  retrying_->Start(Ask(2, 0));  // asked ahead
  const Evaluation first = retrying_->Finish(1);
  EXPECT_EQ(first.outcome, Outcome::kMeasured);
  EXPECT_EQ(first.metrics, std::vector<double>{1});
  EXPECT_EQ(first.records, (Records{{"retries", 2}}));
  EXPECT_EQ(retrying_->Finish(2).records, Records());
  EXPECT_EQ(failing_->starts_[1], 3u);
  EXPECT_EQ(told_, (std::vector<std::pair<std::uint64_t, Outcome>>{{2, Outcome::kMeasured},
                                                                   {1, Outcome::kMeasured}}));
}

TEST_F(RetryingTest, APermanentFailureIsReportedOnce) {
  retrying_->Start(Ask(1, 100));
  const Evaluation finished = retrying_->Finish(1);
  EXPECT_EQ(finished.outcome, Outcome::kFailed);
  EXPECT_EQ(finished.failure, "the device is lost");
  EXPECT_EQ(failing_->starts_[1], 3u);
  EXPECT_EQ(told_.size(), 1u);
}

TEST_F(RetryingTest, APauseDoesNotBlockOtherQueries) {
  retrying_->Start(Ask(1, 1));
  retrying_->Start(Ask(2, 0));
  EXPECT_EQ(retrying_->Next(), 2u);
  EXPECT_EQ(failing_->starts_[1], 1u);  // it still pauses
  retrying_->Finish(2);
  EXPECT_EQ(retrying_->Next(), 1u);
  EXPECT_EQ(retrying_->Finish(1).outcome, Outcome::kMeasured);
  EXPECT_EQ(failing_->starts_[1], 2u);
}

TEST_F(RetryingTest, TheTimingIsThatOfAllAttempts) {
  std::vector<Timing> told;
  retrying_->Listen([&](const Query&, const Evaluation& m) { told.push_back(m.timing); });
  retrying_->Start(Ask(1, 2));
  const Timing all{1, 3, 2, "node"};
  EXPECT_EQ(retrying_->Finish(1).timing, all);
  EXPECT_EQ(told, std::vector<Timing>{all});
}

TEST_F(RetryingTest, CancellationEndsAPause) {
  retrying_->Start(Ask(1, 1));
  cancelled_ = true;
  EXPECT_THROW(retrying_->Finish(1), CancelledError);
}

}  // namespace
}  // namespace lode::core
