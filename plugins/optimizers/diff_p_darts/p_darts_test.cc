#include "plugins/optimizers/diff_p_darts/p_darts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/quadratic_network.hpp>
#include <optional>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_p_darts {
namespace {

using lode::test::Phase;

// Keeps how it was started, and which batches the steps were on.
class Watched : public lode::test::QuadraticNetwork {
 public:
  using QuadraticNetwork::QuadraticNetwork;

  void Restart(const lode::RelaxedStart& start) override {
    starts.push_back(start);
    operations.emplace_back(start.operations.begin(), start.operations.end());
    QuadraticNetwork::Restart(start);
  }
  lode::RelaxedResult Step(const lode::RelaxedBatch& batch) override {
    batches.push_back(batch.number);
    return QuadraticNetwork::Step(batch);
  }

  std::vector<lode::RelaxedStart> starts;
  std::vector<lode::Architecture> operations;
  std::vector<std::uint64_t> batches;
};

// Two decisions of four values.
class PDartsTest : public testing::Test {
 protected:
  void Start(const PDarts::Config& config) {
    p_darts_.emplace(host_.host(), config);
    p_darts_->Bind(grid_.space());
    p_darts_->Connect(network_);
  }
  lode::Action Ask() {
    host_.Enter(epoch_++, Phase::kAsk);
    return p_darts_->Ask();
  }

  const lode::test::Grid grid_{2, 4};
  lode::test::TestHost host_;
  Watched network_{grid_.space().matrices(), {1, 1, 0.1, 0.9}};
  std::optional<PDarts> p_darts_;
  std::uint64_t epoch_ = 0;
};

// In each row, `kept` has the operations with the largest entries of the action.
void ExpectLargest(lode::ArchitectureView kept, lode::ActionView action, std::int64_t count) {
  for (std::size_t first = 0; first < kept.size(); first += 4) {
    const lode::ActionView row = action.subspan(first, 4);
    std::vector<float> sorted(row.begin(), row.end());
    std::ranges::sort(sorted, std::greater());
    const float least = sorted[static_cast<std::size_t>(count) - 1];
    for (std::size_t c = 0; c < 4; ++c) { EXPECT_EQ(kept[first + c], row[c] >= least ? 1 : 0); }
  }
}

PDarts::Config ThreeStages() {
  return {.depths = {5, 11, 17},
          .operations = {4, 3, 1},
          .skip_dropout = {0, 0.4, 0.7},
          .epochs = 2,
          .frozen_epochs = 1};
}

TEST_F(PDartsTest, EachStageHasADeeperNetworkWithFewerOperations) {
  const PDarts::Config config = ThreeStages();
  Start(config);
  std::vector<lode::Action> proposed(8);
  for (lode::Action& action : proposed) { action = Ask(); }
  ASSERT_EQ(network_.starts.size(), 3u);
  EXPECT_EQ(network_.batches, (std::vector<std::uint64_t>{0, 1, 0, 1, 0, 1, 2, 3}));
  for (std::size_t stage = 0; stage < 3; ++stage) {
    EXPECT_EQ(network_.starts[stage].depth, config.depths[stage]);
    EXPECT_EQ(network_.starts[stage].skip_dropout, config.skip_dropout[stage]);
  }
  EXPECT_NE(network_.starts[0].seed, network_.starts[1].seed);
  for (const std::size_t stage : {1u, 2u}) {
    ExpectLargest(network_.operations[stage], proposed[2 * stage - 1], config.operations[stage]);
  }
  EXPECT_EQ(std::ranges::count(proposed.back(), 1.0f), 2);  // one operation is left for each edge
}

TEST_F(PDartsTest, TheFirstEpochsOfEachStageTrainOnlyTheWeights) {
  Start(ThreeStages());
  for (int stage = 0; stage < 3; ++stage) {
    Ask();
    const std::vector<double> first = p_darts_->logits().values();
    for (const double logit : first) { EXPECT_LT(std::abs(logit), 0.01); }
    Ask();
    EXPECT_NE(p_darts_->logits().values(), first);
  }
}

class PDartsStepTest : public lode::mixtures::OneDecisionTest {};

TEST_F(PDartsStepTest, AStepIsThatOfDarts) {
  PDarts p_darts(host(), {.depths = {0, 0, 0},
                          .epochs = 1,
                          .frozen_epochs = 0,
                          .learning_rate = 0.05,
                          .weight_decay = 0.5});
  Ask(p_darts);
  const std::vector<double> logits = DrawLogits(2);
  Restart();
  const std::vector<double> m = SoftmaxOf(logits);
  std::vector<double> g = Gradient(LODE_SPLIT_VALIDATION, m, first_weights());
  ExpectNear(p_darts.logits().values(), AdamStep(logits, InLogits(m, g), 0.05, 0.5));
}

TEST_F(PDartsTest, ListsHaveAValueForEachStage) {
  EXPECT_THROW(PDarts(host_.host(), {.depths = {1, 2}}), lode::InvalidError);
}

// Offers nothing but steps and plain gradients.
struct Plain : lode::test::QuadraticNetwork {
  using QuadraticNetwork::QuadraticNetwork;
  lode::RelaxedInfo Info() const override { return {1, 1}; }
};

TEST_F(PDartsTest, ItNeedsANetworkThatChangesItsShape) {
  Plain plain(grid_.space().matrices());
  PDarts p_darts(host_.host(), {});
  p_darts.Bind(grid_.space());
  EXPECT_THROW(p_darts.Connect(plain), lode::UnsupportedError);
}

TEST(SkipLimitTest, TheWeakestSkipsGiveWay) {
  const lode::test::BoundSpace<lode::mixtures::EdgeSpace> space;
  const SkipLimit limit(space.space(), 1);
  lode::Action action = {0.8f, 0.2f, 0.9f, 0.1f, 0.6f, 0.4f};  // skip_connect on each edge
  limit.Apply(action);
  EXPECT_EQ(space.space().Discretize(action), (lode::Architecture{0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(action[2], 0.9f);
  lode::Action kept = {0.2f, 0.8f, 0.9f, 0.1f, 0.4f, 0.6f};
  const lode::Action before = kept;
  limit.Apply(kept);
  EXPECT_EQ(kept, before);
}

// The network refuses mixtures with operations that it was started without.
TEST_F(PDartsTest, PerturbationsLeaveOutWhatAStageHasNot) {
  for (const char* perturbation : {"random", "adversarial"}) {
    PDarts::Config config = ThreeStages();
    config.perturbation = perturbation;
    Start(config);
    for (std::size_t epoch = 0; epoch < 3 * static_cast<std::size_t>(config.epochs); ++epoch) {
      EXPECT_NO_THROW(Ask()) << perturbation;
    }
  }
}

}  // namespace
}  // namespace diff_p_darts
