#include "plugins/optimizers/diff_enas/enas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "toolkit/mixtures/test_support.h"

namespace diff_enas {
namespace {

class EnasTest : public lode::mixtures::OneDecisionTest {
 protected:
  // Draws what the optimizer draws, until its controller learns. Returns the first path.
  std::vector<double> Begin() {
    twin_.Initialize(random());
    Restart();
    return Path(twin_.Draw(random()).choices);
  }
  static std::vector<double> Path(const lode::sampling::Choices& choices) {
    return choices[0] == 0 ? std::vector{1.0, 0.0} : std::vector{0.0, 1.0};
  }
  // The part of the rows with an error below 1/2: there is one row.
  double Accuracy(const std::vector<double>& path, std::uint64_t batch) const {
    return std::abs(Error(LODE_SPLIT_VALIDATION, path, weights(), 0, batch)) < 0.5 ? 1 : 0;
  }
  static Enas::Config Small() {
    return {.learning_rate = 0.05,
            .entropy_weight = 0.1,
            .baseline_decay = 0.75,
            .gradient_norm = 1e3,
            .controller_steps = 1,
            .samples = 3,
            .candidates = 4,
            .units = 3};
  }

  const lode::test::Grid grid_{1, 2};
  Controller twin_{grid_.space(), {.units = 3}};
};

TEST_F(EnasTest, WeightsAreTrainedOnADrawnPath) {
  Enas enas(host(), Small());
  Ask(enas);
  ExpectNear(weights(), Stepped(Begin()));
}

// REINFORCE: the mean of (reward - baseline) d log p, ascended by Adam with beta1 = 0, whose first
// step is rate g / (|g| + epsilon). The first baseline is the first reward, then it becomes
// 0.75 baseline + 0.25 reward.
TEST_F(EnasTest, TheControllerAscendsRewardsAboveTheBaseline) {
  Enas enas(host(), Small());
  Ask(enas);
  Begin();
  std::vector<double> ascent(twin_.parameters().size());
  double baseline = 0;
  for (std::uint64_t sample = 0; sample < 3; ++sample) {
    const Controller::Draft draft = twin_.Draw(random());
    const double reward = Accuracy(Path(draft.choices), sample) + 0.1 * draft.entropy;
    baseline = sample == 0 ? reward : 0.75 * baseline + 0.25 * reward;
    twin_.AddGradient(draft.choices, (reward - baseline) / 3, ascent);
  }
  std::vector<double> expected = twin_.parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] += 0.05 * ascent[i] / (std::abs(ascent[i]) + 1e-3);
  }
  ExpectNear(enas.controller().parameters(), expected);
}

}  // namespace
}  // namespace diff_enas
