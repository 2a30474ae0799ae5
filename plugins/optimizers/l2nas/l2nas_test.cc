#include "plugins/optimizers/l2nas/l2nas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/optimizers/l2nas/test_search.h"

namespace l2nas {
namespace {

using lode::test::Grid;
using lode::test::SameBits;
using testing::AllOf;
using testing::HasSubstr;

class L2nasTest : public testing::Test {
 protected:
  // The best choices are the row's number modulo the columns: the best architecture earns 100.
  double RewardOf(const lode::Architecture& architecture) const {
    double hits = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      hits += architecture[row * kColumns + row % kColumns];
    }
    return std::pow(100, hits / kRows);
  }

  std::vector<float> RandomAction(std::uint64_t step, std::uint64_t seed = 1) const {
    lode::test::RandomStream stream(seed, "exploration");
    stream.Restart(step, Phase::kExplore);
    std::vector<float> action(space().cells());
    for (float& cell : action) { cell = static_cast<float>(stream.random().Uniform()); }
    return action;
  }

  // Runs steps `from` to `to`, random ones where `random` says so; returns the rewards.
  std::vector<double> Run(Search& search, std::uint64_t from, std::uint64_t to,
                          bool (*random)(std::uint64_t), std::uint64_t seed = 1) const {
    std::vector<double> rewards;
    for (std::uint64_t step = from; step < to; ++step) {
      const bool explores = random(step);
      const std::vector<float> action = explores ? RandomAction(step, seed) : search.Ask(step);
      const lode::Architecture architecture = space().Discretize(action);
      rewards.push_back(RewardOf(architecture));
      search.Tell(step, &action, architecture, rewards.back(),
                  explores ? std::uint32_t{LODE_TRIAL_RANDOM} : 0u);
    }
    return rewards;
  }

  const lode::Space& space() const { return grid_.space(); }

  static bool EveryThird(std::uint64_t step) { return step % 3 == 0; }
  static bool Always(std::uint64_t) { return true; }
  static bool Never(std::uint64_t) { return false; }

  static constexpr std::size_t kRows = 6, kColumns = 5;
  Grid grid_{kRows, kColumns};
};

TEST_F(L2nasTest, TheSameSeedGivesTheSameBytes) {
  Search one(space()), two(space()), other(space(), Defaults(), 2);
  EXPECT_EQ(Run(one, 0, 80, EveryThird), Run(two, 0, 80, EveryThird));
  Run(other, 0, 80, EveryThird);
  EXPECT_EQ(one.Save(), two.Save());
  EXPECT_NE(one.Save(), other.Save());
  EXPECT_TRUE(SameBits(one.Ask(80), two.Ask(80)));
}

// The same instance without noise proposes mu(s) itself.
TEST_F(L2nasTest, AsksWithinTheNoiseOfTheActor) {
  constexpr double kNoise = 0.01;
  Search noisy(space(), Defaults().Set("noise", kNoise));
  Search exact(space(), Defaults().Set("noise", 0));
  Run(noisy, 0, 40, Always);
  Run(exact, 0, 40, Always);
  std::vector<double> z;
  for (std::uint64_t step = 40; step < 140; ++step) {
    const std::vector<float> action = noisy.Ask(step), mu = exact.Ask(step);
    for (std::size_t cell = 0; cell < mu.size(); ++cell) {
      EXPECT_TRUE(mu[cell] > 0 && mu[cell] < 1);
      z.push_back((static_cast<double>(action[cell]) - static_cast<double>(mu[cell])) / kNoise);
    }
  }
  double sum = 0, squares = 0;
  for (const double value : z) {
    EXPECT_LE(std::abs(value), 1 + 1e-4);  // an action is rounded to float
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(z.size());  // uniform on +-1: mean 0, mean square 1/3
  EXPECT_LT(std::abs(sum / n), 5 * std::sqrt(1.0 / 3 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

// The actor would propose the first one forever: it never gets anything to learn from.
TEST_F(L2nasTest, AFailingArchitectureIsNotProposedForever) {
  for (const std::int64_t seed : {1, 2, 3}) {
    Search search(space(), Defaults(), static_cast<std::uint64_t>(seed));
    std::map<lode::Architecture, int> proposed;
    for (std::uint64_t step = 0; step < 60; ++step) {
      const std::vector<float> action = search.Ask(step);
      const lode::Architecture architecture = space().Discretize(action);
      EXPECT_LE(++proposed[architecture], 2);
      search.Tell(step, &action, architecture, std::nan(""), LODE_TRIAL_FAILED);
    }
    EXPECT_GE(proposed.size(), 30u);
  }
}

// A transient failure does not exclude an architecture, and the host handles a rejection.
TEST_F(L2nasTest, SuccessfulAndRejectedArchitecturesMayBeProposedAgain) {
  Search search(space()), alone(space());
  for (const std::uint32_t flags :
       {std::uint32_t{LODE_TRIAL_FAILED}, std::uint32_t{LODE_TRIAL_FAILED | LODE_TRIAL_REJECTED},
        std::uint32_t{LODE_TRIAL_FAILED}}) {
    const std::vector<float> action = search.Ask(0);
    EXPECT_TRUE(SameBits(action, alone.Ask(0)));
    const lode::Architecture architecture = space().Discretize(action);
    search.Tell(0, &action, architecture, std::nan(""), flags);
    if (flags == LODE_TRIAL_FAILED) {
      search.Tell(0, &action, architecture, 1, 0);
      alone.Tell(0, &action, architecture, 1, 0);
    }
  }
  EXPECT_TRUE(SameBits(search.Ask(1), alone.Ask(1)));
}

TEST_F(L2nasTest, TrainsFromTheFirstFullBatchOn) {
  Search search(space());
  Run(search, 0, 7, Always);
  EXPECT_TRUE(search.records().empty());
  const std::string before = search.Save();
  Run(search, 7, 8, Always);
  ASSERT_EQ(search.records().size(), 2u);
  EXPECT_EQ(search.records()[0].first, "critic_loss");
  EXPECT_EQ(search.records()[1].first, "actor_value");
  EXPECT_NE(search.Save(), before);
}

// A trial with an architecture but no action counts as the action of its ones and zeros.
TEST_F(L2nasTest, ATrialWithoutActionCountsAsTheActionOfItsCells) {
  Search with(space()), without(space());
  for (std::uint64_t step = 0; step < 30; ++step) {
    const lode::Architecture architecture = space().Discretize(RandomAction(step));
    const std::vector<float> action(architecture.begin(), architecture.end());
    with.Tell(step, &action, architecture, RewardOf(architecture));
    without.Tell(step, nullptr, architecture, RewardOf(architecture));
  }
  EXPECT_EQ(with.Save(), without.Save());
  EXPECT_TRUE(SameBits(with.Ask(30), without.Ask(30)));
}

// Learning depends only on the trials told: asks in between make no difference. So a proposal that
// is told late is learned from like any other.
TEST_F(L2nasTest, AsksLeaveNothingBehind) {
  Search ahead(space()), told_only(space());
  std::deque<std::pair<std::uint64_t, std::vector<float>>> under_way;
  for (std::uint64_t step = 0; step < 60; ++step) {
    under_way.emplace_back(step, step % 3 == 0 ? RandomAction(step) : ahead.Ask(step));
    if (under_way.size() < 7) { continue; }
    const auto& [oldest, action] = under_way.front();
    const lode::Architecture architecture = space().Discretize(action);
    for (Search* search : {&ahead, &told_only}) {
      search->Tell(oldest, &action, architecture, RewardOf(architecture));
    }
    under_way.pop_front();
  }
  EXPECT_EQ(ahead.Save(), told_only.Save());
  EXPECT_TRUE(SameBits(ahead.Ask(60), told_only.Ask(60)));
}

TEST_F(L2nasTest, FailedTrialsChangeNothing) {
  Search search(space()), reference(space());
  Run(search, 0, 40, EveryThird);
  Run(reference, 0, 40, EveryThird);
  const std::vector<float> action = RandomAction(1000);
  for (std::uint64_t step = 40; step < 60; ++step) {
    search.Tell(step, &action, space().Discretize(action), std::numeric_limits<double>::quiet_NaN(),
                LODE_TRIAL_FAILED);
  }
  EXPECT_EQ(search.Save(), reference.Save());
  Run(search, 60, 80, EveryThird);
  Run(reference, 60, 80, EveryThird);
  EXPECT_EQ(search.Save(), reference.Save());
}

TEST_F(L2nasTest, ALoadedPolicyContinuesTheSameInEveryInstance) {
  Search teacher(space());
  Run(teacher, 0, 80, EveryThird);
  const std::string policy = teacher.Save();
  Search one(space(), Defaults(), 3), two(space(), Defaults(), 3), fresh(space(), Defaults(), 3);
  Run(one, 0, 0, Never);
  ASSERT_EQ(one.Load(policy), "");
  ASSERT_EQ(two.Load(policy), "");
  EXPECT_EQ(one.Save(), policy);
  EXPECT_EQ(Run(one, 0, 60, EveryThird), Run(two, 0, 60, EveryThird));
  EXPECT_EQ(one.Save(), two.Save());
  Run(fresh, 0, 60, EveryThird);
  EXPECT_NE(one.Save(), fresh.Save());
}

// Adam's moments and its count of steps are part of the policy: continuing the same search, a
// loaded policy trains to the same bits as the one it was saved from.
TEST_F(L2nasTest, ALoadedPolicyContinuesToTrainLikeItsOrigin) {
  Search original(space()), restored(space());
  Run(original, 0, 60, Always);
  Run(restored, 0, 60, Always);
  Search elsewhere(space(), Defaults(), 9);
  Run(elsewhere, 0, 30, Always);
  const std::string own = restored.Save();
  ASSERT_EQ(restored.Load(elsewhere.Save()), "");
  ASSERT_EQ(restored.Load(own), "");
  Run(original, 60, 100, EveryThird);
  Run(restored, 60, 100, EveryThird);
  EXPECT_EQ(original.Save(), restored.Save());
}

class RefusedPolicyTest : public L2nasTest {
 protected:
  RefusedPolicyTest() {
    Run(search_, 0, 30, EveryThird);
    policy_ = search_.Save();
    before_ = victim_.Save();
    ask_ = victim_.Ask(0);
  }

  // Returns the error; in any case the instance must be unchanged.
  std::string Refusal(std::string_view bytes) {
    const std::string error = victim_.Load(bytes);
    EXPECT_EQ(victim_.Save(), before_);
    EXPECT_TRUE(SameBits(victim_.Ask(0), ask_));
    return error;
  }

  Search search_{space()};
  Search victim_{space(), Defaults(), 2};
  std::string policy_, before_;
  std::vector<float> ask_;
};

TEST_F(RefusedPolicyTest, Truncated) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{24}, std::size_t{33},
                                 policy_.size() / 2, policy_.size() - 1}) {
    EXPECT_THAT(Refusal(std::string_view(policy_).substr(0, size)), HasSubstr("ends too early"))
        << size;
  }
}

TEST_F(RefusedPolicyTest, Foreign) {
  EXPECT_THAT(Refusal(std::string(policy_.size(), 'x')), HasSubstr("not a saved policy of l2nas"));
}

// One bit in a weight of the actor, of the critic, or in a moment.
TEST_F(RefusedPolicyTest, Damaged) {
  for (const double at : {0.1, 0.4, 0.6, 0.9}) {
    std::string bytes = policy_;
    char& byte = bytes[static_cast<std::size_t>(at * static_cast<double>(bytes.size()))];
    byte = static_cast<char>(byte ^ 1);
    EXPECT_THAT(Refusal(bytes), HasSubstr("checksum")) << at;
  }
}

TEST_F(RefusedPolicyTest, ForAnotherSpace) {
  const Grid other(7, 4);
  EXPECT_THAT(Refusal(Search(other.space()).Save()), AllOf(HasSubstr("28 cells"), HasSubstr("30")));
}

TEST_F(RefusedPolicyTest, ForAnotherWidth) {
  EXPECT_THAT(Refusal(Search(space(), Defaults().Set("hidden_width", 64)).Save()),
              AllOf(HasSubstr("hidden_width 64"), HasSubstr("128")));
}

TEST_F(L2nasTest, ABufferSmallerThanABatchIsRefused) {
  Values values = Defaults().Set("batch_size", 64).Set("replay_capacity", 63);
  try {
    const Instance refused(values);
    FAIL();
  } catch (const lode::Error& e) {
    EXPECT_EQ(e.code(), LODE_E_INVALID);
    EXPECT_THAT(e.what(), AllOf(HasSubstr("replay_capacity is 63"), HasSubstr("64")));
  }
  values.Set("replay_capacity", 64);
  EXPECT_NO_THROW(Instance{values});
}

// The presets differ in the way the paper's and the robust initialization do.
TEST_F(L2nasTest, Presets) {
  ASSERT_EQ(Component()->preset_count, 3u);
  EXPECT_STREQ(Component()->presets[0].name, "robust");
  EXPECT_STREQ(LODE_AT(Component()->presets, 1)->name, "paper");
  EXPECT_STREQ(LODE_AT(Component()->presets, 2)->name, "plus");
  Search robust(space(), Defaults().SetPreset("robust")), defaults(space()),
      paper(space(), Defaults().SetPreset("paper"));
  EXPECT_EQ(robust.Save(), defaults.Save());
  // Output layers scaled by 1e-3: the first action is close to one half, and stays.
  const auto far = [](const std::vector<float>& action) {
    return std::ranges::max(action, {}, [](float cell) { return std::abs(cell - 0.5f); });
  };
  Run(paper, 0, 100, EveryThird);
  EXPECT_NEAR(far(paper.Ask(100)), 0.5f, 3e-3f);
  EXPECT_GT(std::abs(far(robust.Ask(0)) - 0.5f), 3e-3f);
}

// After 150 random steps the actor's own actions earn more than random ones, for each seed;
// measured over these seeds: 1.6 to 2.9 times as much.
TEST_F(L2nasTest, BeatsRandom) {
  const auto mean = [](const std::vector<double>& rewards) {
    double sum = 0;
    for (const double reward : rewards) { sum += reward; }
    return sum / static_cast<double>(rewards.size());
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Search search(space(), Defaults(), seed);
    const double random = mean(Run(search, 0, 150, Always, seed));
    Run(search, 150, 300, Never, seed);
    const double learned = mean(Run(search, 300, 350, Never, seed));
    RecordProperty("ratio_" + std::to_string(seed), std::to_string(learned / random));
    EXPECT_GT(learned, 1.3 * random) << seed;
  }
}

}  // namespace
}  // namespace l2nas
