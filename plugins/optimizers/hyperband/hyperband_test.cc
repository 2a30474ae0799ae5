#include "plugins/optimizers/hyperband/hyperband.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <lode/testing.hpp>
#include <map>
#include <set>
#include <string>

namespace hyperband {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

class HyperbandTest : public testing::Test {
 protected:
  // Asks, evaluates and tells. The reward of a full evaluation is the number of 3s; at less than
  // full fidelity the first decision does not count. Every seventh evaluation fails.
  std::pair<std::string, double> Step(Hyperband& hyperband) {
    host_.Enter(step_++, Phase::kAsk);
    const lode::Proposal proposal = hyperband.Ask();
    const auto& architecture = std::get<lode::Architecture>(proposal.what);
    const std::string text = grid_.space().Format(architecture);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.fidelity = proposal.fidelity;
    trial.failed = step_ % 7 == 0;
    trial.reward = trial.failed
                       ? std::numeric_limits<double>::quiet_NaN()
                       : static_cast<double>(std::count(
                             text.begin() + (proposal.fidelity < 1 ? 1 : 0), text.end(), '3'));
    hyperband.Tell(trial);
    return {text, proposal.fidelity};
  }

  const Grid grid_{6, 4};
  TestHost host_;
  std::uint64_t step_ = 0;
};

// The first two brackets on 1/9, 1/3, 1: 9, 3, 1 and 5, 1; then 3 full ones.
TEST_F(HyperbandTest, ClimbsTheLadderThatIsOffered) {
  Hyperband hyperband(host_.host(), {});
  hyperband.Bind(grid_.space());
  const auto offered = lode::Fidelities::Range(0.1);
  hyperband.Offer(offered);
  std::map<double, int> counts;
  std::map<std::string, double> highest;
  for (int i = 0; i < 13 + 6 + 3; ++i) {
    const auto [text, fidelity] = Step(hyperband);
    EXPECT_TRUE(offered.Serves(fidelity));
    EXPECT_GT(fidelity, highest[text]) << "no architecture is evaluated twice on a rung";
    highest[text] = fidelity;
    ++counts[fidelity];
  }
  EXPECT_EQ(counts.size(), 3u);
  EXPECT_EQ(counts.begin()->second, 9);
  EXPECT_EQ(std::next(counts.begin())->second, 3 + 5);
  EXPECT_EQ(counts[1], 1 + 1 + 3);
}

TEST_F(HyperbandTest, WithoutFidelitiesItIsRandomSearchWithoutRepeats) {
  Hyperband hyperband(host_.host(), {});
  hyperband.Bind(grid_.space());
  std::set<std::string> asked;
  for (int i = 0; i < 300; ++i) {
    const auto [text, fidelity] = Step(hyperband);
    EXPECT_EQ(fidelity, 1);
    EXPECT_TRUE(asked.insert(text).second);
  }
}

TEST_F(HyperbandTest, NoRungIsBelowTheLowestThatIsWanted) {
  Hyperband hyperband(host_.host(), {.lowest = 0.3});
  hyperband.Bind(grid_.space());
  hyperband.Offer(lode::Fidelities::Range(0.01));
  for (int i = 0; i < 50; ++i) { EXPECT_GE(Step(hyperband).second, 0.3); }
}

}  // namespace
}  // namespace hyperband
