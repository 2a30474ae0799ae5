#include "core/search/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Evaluates architectures of a fake space with a fake executor.
class EvaluatorTest : public testing::Test {
 protected:
  Evaluator& Make(bool by_canonical = false, bool noisy = false, Evaluator::Compute compute = {}) {
    std::vector<MetricDeclaration> metrics{FakeMetric("score", noisy)};
    executor_.emplace(MetricLists{metrics}, 4, [this](const Query& q) { return evaluate_(q); });
    Evaluator::Parts parts{.space = view_,
                           .space_title = "space 'grid'",
                           .executor = *executor_,
                           .compute = std::move(compute),
                           .metrics = metrics,
                           .measured_places = {0},
                           .by_canonical = by_canonical,
                           .seed = 1};
    if (parts.compute) {
      parts.metrics.push_back(FakeMetric("size"));
      parts.free_places = {1};
    }
    evaluator_.emplace(std::move(parts),
                       [this](const EvaluationRecord& e) { reported_.push_back(e.id); });
    return *evaluator_;
  }

  Evaluator::Ticket Begin(const std::string& text, double fidelity = 1) {
    return evaluator_->Begin(
        {.step = step_++, .architecture = view_.Parse(text), .text = text, .fidelity = fidelity});
  }
  Evaluator::Result Evaluate(const std::string& text, double fidelity = 1) {
    Evaluator::Ticket ticket = Begin(text, fidelity);
    return evaluator_->Finish(ticket);
  }

  const RunContext context_{1, nullptr, {}, {}};
  const std::unique_ptr<SpaceInstance> space_ = FakeSpace(context_);
  const lode::Space view_{space_->handle()};
  FakeExecutor::Evaluate evaluate_ = FakeEvaluation;
  std::optional<FakeExecutor> executor_;
  std::optional<Evaluator> evaluator_;
  std::vector<std::uint64_t> reported_;
  std::uint64_t step_ = 0;
};

TEST_F(EvaluatorTest, AnArchitectureIsAskedOnceAtEachFidelity) {
  Make();
  EXPECT_EQ(Evaluate("1-2").metrics[0], 3);
  EXPECT_EQ(Evaluate("1-2", 0.25).metrics[0], 0.75);
  EXPECT_TRUE(Evaluate("1-2").reused);
  EXPECT_TRUE(Evaluate("1-2", 0.25).reused);
  EXPECT_THAT(executor_->asked(), ElementsAre("1-2", "1-2"));
  EXPECT_EQ(evaluator_->unique_queries(), 2u);
  EXPECT_EQ(evaluator_->full_evaluations(), 1.25);
}

TEST_F(EvaluatorTest, ANetworkIsAskedOnceAtEachFidelity) {
  Make(true);
  EXPECT_FALSE(Evaluate("1-2").reused);
  const Evaluator::Result same = Evaluate("2-1");
  EXPECT_TRUE(same.reused);
  EXPECT_EQ(same.id, 2u);  // an evaluation of its own
  EXPECT_FALSE(Evaluate("2-1", 0.25).reused);
  EXPECT_TRUE(Evaluate("1-2", 0.25).reused);
  EXPECT_THAT(reported_, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(evaluator_->unique_queries(), 2u);
}

TEST_F(EvaluatorTest, AFailureIsAskedAgainAndIsNotANewQuery) {
  Make();
  evaluate_ = [](const Query&) { return Failure("lost"); };
  EXPECT_EQ(Evaluate("1-2").failure, "lost");
  evaluate_ = FakeEvaluation;
  const Evaluator::Result again = Evaluate("1-2");
  EXPECT_EQ(again.failure, "");
  EXPECT_FALSE(again.reused);
  EXPECT_FALSE(again.is_new_query);
  EXPECT_EQ(evaluator_->evaluations(), 2u);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
}

TEST_F(EvaluatorTest, ARejectedNetworkIsNotAskedAgain) {
  Make(true);
  evaluate_ = [](const Query&) { return Rejection(); };
  EXPECT_TRUE(Evaluate("1-2").rejected);
  EXPECT_TRUE(Evaluate("2-1").rejected);
  EXPECT_THAT(executor_->asked(), ElementsAre("1-2"));
}

TEST_F(EvaluatorTest, NoisyMetricsAreMeasuredEachTime) {
  Make(false, true);
  EXPECT_FALSE(Evaluate("1-2").reused);
  EXPECT_FALSE(Evaluate("1-2").reused);
  EXPECT_EQ(evaluator_->evaluations(), 2u);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
}

TEST_F(EvaluatorTest, FreeMetricsComeFirstAndMaySpareTheQuery) {
  Make(false, false, [](ArchitectureView architecture, std::uint64_t) {
    Evaluation computed;
    computed.metrics = {static_cast<double>(architecture[0])};
    computed.outcome = architecture[0] != 0 ? Outcome::kRejected : Outcome::kMeasured;
    return computed;
  });
  EXPECT_TRUE(Evaluate("0-2").rejected);
  EXPECT_THAT(executor_->asked(), IsEmpty());
  const Evaluator::Result measured = Evaluate("1-2");
  EXPECT_THAT(std::vector<double>(measured.metrics.begin(), measured.metrics.end()),
              ElementsAre(3, 0));
}

TEST_F(EvaluatorTest, AWaitingTicketAsksItselfIfTheOtherFails) {
  Make();
  evaluate_ = [](const Query& q) { return q.step == 0 ? Failure("lost") : FakeEvaluation(q); };
  Evaluator::Ticket first = Begin("1-2"), second = Begin("1-2");
  EXPECT_TRUE(second.is_waiting());
  evaluator_->Reconsider(second);
  EXPECT_TRUE(second.is_waiting());
  EXPECT_EQ(evaluator_->Finish(first).failure, "lost");
  evaluator_->Reconsider(second);
  ASSERT_NE(second.asked(), nullptr);
  EXPECT_FALSE(second.asked()->is_new_query);
  EXPECT_EQ(evaluator_->Finish(second).metrics[0], 3);
}

TEST_F(EvaluatorTest, RepeatsHaveIdsOfTheirOwnAndAreNotQueries) {
  Make(false, true);
  Evaluate("1-2");
  Evaluator::Ticket repeat =
      evaluator_->BeginRepeat({.step = 0, .architecture = view_.Parse("1-2"), .text = "1-2"}, 1);
  EXPECT_GT(evaluator_->Finish(repeat).id, kFirstRepeatId);
  EXPECT_EQ(evaluator_->evaluations(), 2u);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
}

}  // namespace
}  // namespace lode::core
