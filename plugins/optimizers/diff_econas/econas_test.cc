#include "plugins/optimizers/diff_econas/econas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <iterator>
#include <limits>
#include <lode/testing.hpp>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "tests/failure.h"

namespace diff_econas {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::TestHost;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kE = 1.0 / 3, k2E = 2.0 / 3, k3E = 1;

struct Asked {
  std::string text;
  double fidelity;

  bool operator==(const Asked&) const = default;
};

// The number of decisions that differ.
std::ptrdiff_t Distance(const std::string& a, const std::string& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), std::ptrdiff_t{0}, std::plus<>(),
                            std::not_equal_to<>());
}

// In a space of 4^20, founders are far apart, and a mutant is one decision away from its mother.
class EcoNasTest : public testing::Test {
 protected:
  EcoNas Make(const EcoNas::Config& config,
              const lode::Fidelities& offered = lode::Fidelities::Range(0.01)) {
    EcoNas econas(host_.host(), config);
    econas.Bind(grid_.space());
    econas.Offer(offered);
    return econas;
  }

  Asked Ask(EcoNas& econas) {
    host_.Enter(step_++, Phase::kAsk);
    const lode::Proposal proposal = econas.Ask();
    return {grid_.space().Format(std::get<lode::Architecture>(proposal.what)), proposal.fidelity};
  }
  std::vector<Asked> AskFor(EcoNas& econas, int count) {
    std::vector<Asked> asked;
    std::generate_n(std::back_inserter(asked), count, [&] { return Ask(econas); });
    return asked;
  }

  // A NaN reward is a failure.
  void Tell(EcoNas& econas, const Asked& asked, double reward, bool rejected = false,
            bool known = false) {
    const lode::Architecture architecture = grid_.space().Parse(asked.text);
    lode::Trial trial{};
    trial.architecture = architecture;
    trial.fidelity = asked.fidelity;
    trial.reward = reward;
    trial.failed = std::isnan(reward);
    trial.rejected = rejected;
    trial.random = trial.known = known;
    econas.Tell(trial);
  }
  // Asks and tells one after the other.
  std::vector<Asked> Step(EcoNas& econas, const std::vector<double>& rewards) {
    std::vector<Asked> asked;
    for (const double reward : rewards) {
      asked.push_back(Ask(econas));
      Tell(econas, asked.back(), reward);
    }
    return asked;
  }

  static std::vector<double> FidelitiesOf(const std::vector<Asked>& asked) {
    std::vector<double> fidelities;
    std::ranges::transform(asked, std::back_inserter(fidelities), &Asked::fidelity);
    return fidelities;
  }
  // How many are mutants of one of the mothers.
  static std::ptrdiff_t MutantsOf(const std::vector<Asked>& asked,
                                  const std::vector<std::string>& mothers) {
    return std::ranges::count_if(asked, [&](const Asked& a) {
      return std::ranges::any_of(mothers, [&](auto& m) { return Distance(a.text, m) == 1; });
    });
  }

  const Grid grid_{20, 4};
  TestHost host_;
  std::uint64_t step_ = 0;
};

// The numbers of the authors' program, whose first cycles are: 16 founders; the best 8 of them for
// 2E and 6 mutants; the best 8 of the first population for 2E, the best 4 of the second for 3E,
// and 6 + 5 mutants; from then on 8, 4 and 6 + 5 + 5.
TEST_F(EcoNasTest, CyclesAreThoseOfTheAuthors) {
  EcoNas econas = Make({});
  const auto cycle = [](int second, int third, int mutants) {
    std::vector<double> fidelities(static_cast<std::size_t>(second), k2E);
    fidelities.insert(fidelities.end(), static_cast<std::size_t>(third), k3E);
    fidelities.insert(fidelities.end(), static_cast<std::size_t>(mutants), kE);
    return fidelities;
  };
  const auto step = [&](int count) {
    return FidelitiesOf(Step(econas, std::vector<double>(static_cast<std::size_t>(count), 1)));
  };
  EXPECT_EQ(step(16), cycle(0, 0, 16));
  EXPECT_EQ(step(14), cycle(8, 0, 6));
  EXPECT_EQ(step(23), cycle(8, 4, 11));
  for (int i = 0; i < 20; ++i) { EXPECT_EQ(step(28), cycle(8, 4, 16)) << i; }
}

// Three newcomers, of which one is promoted, and one of those in each cycle.
TEST_F(EcoNasTest, TheBestAreTrainedForLonger) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1, 1}, .sample_share = 1});
  const auto founders = Step(econas, {1, 5, 3});
  const auto first = Step(econas, {4, 2});
  EXPECT_EQ(first[0], (Asked{founders[1].text, k2E}));
  EXPECT_EQ(first[1].fidelity, kE);
  // P_E: the third founder (3), the mutant (2), the first founder (1). P_2E: the second founder,
  // whose reward stays 5.
  const auto second = Step(econas, {6, 4.5, 2.5, 2.5});
  EXPECT_EQ(second[0], (Asked{founders[2].text, k2E}));
  EXPECT_EQ(second[1], (Asked{founders[1].text, k3E}));
  EXPECT_EQ(MutantsOf({second[3]}, {founders[1].text}), 1) << "of the only one in P_2E";
  // P_E: two mutants of 2.5, told in this order. P_2E: the third founder. P_3E: the second.
  const auto third = Step(econas, {0, 0, 0, 0, 0});
  EXPECT_EQ(third[0], (Asked{second[2].text, k2E}));
  EXPECT_EQ(third[1], (Asked{founders[2].text, k3E}));
  EXPECT_EQ(MutantsOf({third[3]}, {founders[2].text}), 1);
  EXPECT_EQ(MutantsOf({third[4]}, {founders[1].text}), 1);
}

// The reward of a network is its highest: after 9 and 1 it is better than one with 5 and 6.
TEST_F(EcoNasTest, ANetworkKeepsItsHighestReward) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {2, 1}});
  const auto founders = Step(econas, {9, 5, 1});
  const auto first = Step(econas, {1, 6, 0});
  ASSERT_EQ(FidelitiesOf(first), (std::vector<double>{k2E, k2E, kE}));
  const auto second = Step(econas, {0, 0, 0});
  EXPECT_EQ(second[2], (Asked{founders[0].text, k3E}));
}

// A lifetime of two cycles: founders and first mutants, trained in the same cycle, are dead in the
// third, however good they are.
TEST_F(EcoNasTest, TheDeadAreNeitherPromotedNorMothers) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1}, .sample_share = 1, .lifetime = 2});
  const auto founders = Step(econas, {9, 8, 7});
  Step(econas, {0, 0, 0});  // the best founder moves up
  const auto second = Step(econas, {0, 1, 2, 0});
  EXPECT_EQ(second[0], (Asked{founders[1].text, 1}));
  EXPECT_EQ(MutantsOf({second[1], second[2]}, {founders[1].text, founders[2].text}), 2);
  const auto third = Step(econas, {0, 0, 0, 0});
  EXPECT_EQ(third[0], (Asked{second[2].text, 1})) << "not the third founder";
  EXPECT_EQ(MutantsOf({third[1], third[2]}, {founders[2].text}), 0);
  EXPECT_EQ(MutantsOf({third[1], third[2]}, {second[1].text, second[2].text, second[3].text}), 2);
  EXPECT_EQ(MutantsOf({third[3]}, {founders[1].text}), 1) << "trained again in the second cycle";
}

// Mothers of the first population are drawn with floor(8 / 4) + 1 draws of 8 members.
TEST_F(EcoNasTest, MothersAreTheBestOfASample) {
  int best = 0, total = 0;
  for (int i = 0; i < 200; ++i) {
    EcoNas econas = Make({.newcomers = 8, .promoted = {1}});
    const auto founders = Step(econas, {8, 7, 6, 5, 4, 3, 2, 1});
    const auto mutants = Step(econas, {0, 0, 0, 0, 0});
    for (std::size_t m = 1; m < mutants.size(); ++m, ++total) {
      best += Distance(mutants[m].text, founders[0].text) == 1;
    }
  }
  const double p = 1 - std::pow(7.0 / 8, 3);
  EXPECT_EQ(total, 800);
  EXPECT_NEAR(best, total * p, 4 * std::sqrt(total * p * (1 - p)));
}

// 27 architectures: from the 17th on, most mutants of the best would be known.
TEST_F(EcoNasTest, NewcomersAreNewWhileTheyCanBe) {
  const Grid grid(3, 3);
  EcoNas econas(host_.host(), {});
  econas.Bind(grid.space());
  std::set<std::string> met;
  for (double reward = 0; reward < 25; ++reward) {
    host_.Enter(step_++, Phase::kAsk);
    const auto asked = std::get<lode::Architecture>(econas.Ask().what);
    EXPECT_TRUE(met.insert(grid.space().Format(asked)).second) << reward;
    lode::Trial trial{};
    trial.architecture = asked;
    trial.fidelity = 1;
    trial.reward = -reward;
    econas.Tell(trial);
  }
}

// ---- fidelities

TEST_F(EcoNasTest, OfAListStagesAreTheNearestBelow) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1, 1}}, lode::Fidelities::List({0.06, 1}));
  EXPECT_EQ(FidelitiesOf(Step(econas, {1, 2, 3})), (std::vector<double>{0.06, 0.06, 0.06}));
  EXPECT_EQ(FidelitiesOf(Step(econas, {0, 0, 0})), (std::vector<double>{1, 0.06, 0.06}));
}

TEST_F(EcoNasTest, StagesBelowAllFidelitiesAreLeftOut) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1, 1}}, lode::Fidelities::Range(0.5));
  EXPECT_EQ(FidelitiesOf(Step(econas, {1, 2, 3, 0})), (std::vector<double>{k2E, k2E, k2E, 1}));
}

TEST_F(EcoNasTest, WithoutFidelitiesItIsAnEvolutionOfOnePopulation) {
  EcoNas econas = Make({.newcomers = 4, .promoted = {1, 1}}, lode::Fidelities());
  const auto founders = Step(econas, {1, 2, 3, 4});
  const auto mutants = Step(econas, {0, 0, 0, 0});
  std::vector<std::string> mothers;
  std::ranges::transform(founders, std::back_inserter(mothers), &Asked::text);
  EXPECT_EQ(MutantsOf(mutants, mothers), 4);
  for (const Asked& mutant : mutants) { EXPECT_EQ(mutant.fidelity, 1); }
}

// ---- failures and limits

TEST_F(EcoNasTest, FailedFoundersAreReplaced) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1}});
  const auto founders = Step(econas, {1, kNaN, kNaN, 2, 3});
  std::set<std::string> distinct;
  for (const Asked& founder : founders) { distinct.insert(founder.text); }
  EXPECT_EQ(distinct.size(), 5u);
  EXPECT_EQ(FidelitiesOf(founders), std::vector<double>(5, 0.5));
  EXPECT_EQ(Ask(econas), (Asked{founders[4].text, 1}));
}

TEST_F(EcoNasTest, ANetworkWhoseTrainingFailsIsDead) {
  EcoNas econas = Make({.newcomers = 2, .promoted = {1}});
  const auto founders = Step(econas, {9, 1});
  const auto first = Step(econas, {kNaN, kNaN});
  EXPECT_EQ(first[0], (Asked{founders[0].text, 1}));
  EXPECT_EQ(Ask(econas), (Asked{founders[1].text, 1}));
}

TEST_F(EcoNasTest, WhenAllAreDeadThereAreFoundersAgain) {
  EcoNas econas = Make({.newcomers = 2, .promoted = {1}, .lifetime = 1});
  Step(econas, {1, 2});
  const auto mutants = Step(econas, {kNaN, kNaN});
  EXPECT_EQ(FidelitiesOf(mutants), (std::vector<double>{1, 0.5}));
  const auto founders = Step(econas, {1, 2, 0});
  EXPECT_GT(Distance(founders[0].text, founders[1].text), 5);
  EXPECT_EQ(founders[2], (Asked{founders[1].text, 1}));
}

TEST_F(EcoNasTest, RejectedNewcomersAreReplacedBySuchOfTheSameMothers) {
  EcoNas econas = Make({.newcomers = 2, .promoted = {1}});
  std::vector<Asked> founders;
  for (const double reward : {9, 1}) {
    Tell(econas, Ask(econas), kNaN, true);
    founders.push_back(Step(econas, {reward})[0]);
  }
  EXPECT_GT(Distance(founders[0].text, founders[1].text), 5);
  EXPECT_EQ(Step(econas, {9})[0], (Asked{founders[0].text, 1}));
  for (int i = 0; i < 5; ++i) {
    const Asked mutant = Ask(econas);
    EXPECT_EQ(mutant.fidelity, 0.5);
    EXPECT_EQ(MutantsOf({mutant}, {founders[0].text, founders[1].text}), 1);
    Tell(econas, mutant, kNaN, true);
  }
  Step(econas, {5});
  EXPECT_EQ(Ask(econas).fidelity, 1) << "the next cycle";
}

// ---- several under way, and trials that were not asked for

// The cycle begins with the results that are there: the best founder is told too late for it, and
// is promoted in the next.
TEST_F(EcoNasTest, LateResultsJoinTheNextCycle) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1}});
  const auto founders = AskFor(econas, 3);
  Tell(econas, founders[2], 2);
  Tell(econas, founders[0], 1);
  const auto first = AskFor(econas, 3);
  EXPECT_EQ(first[0], (Asked{founders[2].text, 1}));
  EXPECT_EQ(FidelitiesOf(first), (std::vector<double>{1, 0.5, 0.5}));
  Tell(econas, founders[1], 9);
  EXPECT_EQ(Ask(econas), (Asked{founders[1].text, 1}));
}

// Whatever is under way, there is something to propose, and each result belongs to its training.
TEST_F(EcoNasTest, ProposesWithoutAnyResult) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1}});
  std::vector<Asked> asked = AskFor(econas, 40);
  std::set<std::string> distinct;
  for (const Asked& a : asked) {
    EXPECT_EQ(a.fidelity, 0.5);
    distinct.insert(a.text);
  }
  EXPECT_EQ(distinct.size(), 40u);
  std::ranges::reverse(asked);
  for (const Asked& a : asked) { Tell(econas, a, a == asked[7] ? 2 : 1); }
  EXPECT_EQ(Ask(econas), (Asked{asked[7].text, 1}));
}

TEST_F(EcoNasTest, KnownTrialsAreFounders) {
  EcoNas econas = Make({.newcomers = 3, .promoted = {1}});
  const Asked known{"0-1-2-3-0-1-2-3-0-1-2-3-0-1-2-3-0-1-2-3", 1};
  Tell(econas, known, 5, false, true);
  const auto founders = Step(econas, {1, 2});
  EXPECT_EQ(FidelitiesOf(founders), (std::vector<double>{0.5, 0.5}));
  const auto first = Step(econas, {0, 0, 0, 0});
  EXPECT_EQ(FidelitiesOf(first), (std::vector<double>{1, 0.5, 0.5, 0.5}));
  EXPECT_EQ(MutantsOf({first[3]}, {known.text}), 1) << "of the population of full evaluations";
  const Asked other{known.text, 0.7};  // a fidelity that no stage has
  Tell(econas, other, 99, false, true);
  EXPECT_NE(Ask(econas).text, known.text);
}

// ---- searches

// More 3s are better; the best of 3000 random architectures has about 12.
TEST_F(EcoNasTest, ClimbsAHill) {
  for (const std::size_t width : {1, 3}) {
    EcoNas econas = Make({});
    std::ptrdiff_t best = 0;
    double cost = 0;
    std::deque<Asked> under_way;
    while (cost < 1000) {
      while (under_way.size() < width) { under_way.push_back(Ask(econas)); }
      const auto [text, fidelity] = under_way.front();
      const std::ptrdiff_t threes = std::ranges::count(text, '3');
      Tell(econas, under_way.front(), static_cast<double>(threes) * (1 + fidelity));
      under_way.pop_front();
      cost += fidelity;
      if (fidelity == 1) { best = std::max(best, threes); }
    }
    EXPECT_GE(best, 18) << width << " under way, of 20";
  }
}

// ---- errors

TEST_F(EcoNasTest, NeedsANewcomerForEachStage) {
  EXPECT_EQ(lode::Failure<lode::InvalidError>([&] { Make({.newcomers = 2}); }),
            "newcomers is 2, but a training has 3 stages: expected at least one newcomer for each");
}

TEST_F(EcoNasTest, NeedsMutation) {
  lode_space_api without = *grid_.space().handle().api;
  without.mutate = nullptr;
  EcoNas econas(host_.host(), {});
  EXPECT_EQ(lode::Failure<lode::UnsupportedError>([&] {
              econas.Bind(lode::Space({&without, grid_.space().handle().instance}));
            }),
            "the space has no mutate, which econas needs");
}

}  // namespace
}  // namespace diff_econas
