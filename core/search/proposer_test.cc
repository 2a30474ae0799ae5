#include "core/search/proposer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/search/fakes.h"

namespace lode::core {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::SizeIs;

// Explores at one step, and computes (cell + added) * factor. Records the steps that it is asked
// about.
class FakeExploration {
 public:
  struct Config {
    std::int64_t step = 0;
    double added = 0, factor = 1;
  };
  static Params<Config> Parameters() {
    return {{"step", &Config::step, "The step at which it explores."},
            {"added", &Config::added, "A summand."},
            {"factor", &Config::factor, "A factor."}};
  }
  FakeExploration(Host host, const Config& config) : host_(host), config_(config) {}

  bool Explore(std::uint64_t step) {
    host_.Record("asked", static_cast<double>(step));
    return static_cast<std::int64_t>(step) == config_.step;
  }
  void Perturb(std::uint64_t, std::span<float> action) {
    for (float& cell : action) {
      cell = (cell + static_cast<float>(config_.added)) * static_cast<float>(config_.factor);
    }
  }

 private:
  const Host host_;
  const Config config_;
};

// Proposes with a fake optimizer for a fake space.
class ProposerTest : public testing::Test {
 protected:
  using Configs = std::vector<FakeExploration::Config>;

  Proposer Make(std::deque<Script::Ask> asks, const Configs& explorations = {}) {
    script_.asks = std::move(asks);
    FakeOptimizer::script = &script_;
    static const lode_component* const component =
        ExplorationComponent<FakeExploration>("fake", "1.0.0", "Explores at one step.");
    Components::Explorations made;
    for (const auto& [step, added, factor] : explorations) {
      made.push_back(std::make_unique<ExplorationInstance>(
          *component, std::vector<Value>{step, added, factor}, context_, "exploration"));
    }
    components_.emplace(FakeSpace(context_), std::move(made), MakeFakeOptimizer(context_),
                        Fidelities::List({0.25, 1}));
    return {*components_, context_.seed};
  }
  const lode::Space& space() const { return components_->space(); }

  std::vector<double> recorded_;
  const RunContext context_{
      1, nullptr, {}, [this](std::string_view, double value) { recorded_.push_back(value); }};
  Script script_;
  std::optional<Components> components_;
};

TEST_F(ProposerTest, AnyExplorationMayTakeAStep) {
  Proposer proposer = Make({}, {{.step = 1}, {.step = 3}});
  std::vector<bool> explores;
  for (std::uint64_t step = 0; step < 4; ++step) { explores.push_back(proposer.Explores(step)); }
  EXPECT_THAT(explores, ElementsAre(false, true, false, true));
  EXPECT_THAT(recorded_, ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));  // each is asked about each step
}

TEST_F(ProposerTest, WithoutExplorationTheOptimizerIsAsked) {
  Proposer proposer = Make({{"1-2", 0.25}});
  EXPECT_FALSE(proposer.Explores(0));
  const Proposal proposal = proposer.Propose(0, 0, false);
  EXPECT_THAT(proposal.action, IsEmpty());
  EXPECT_EQ(proposal.text, "1-2");
  EXPECT_EQ(proposal.architecture, space().Parse("1-2"));
  EXPECT_EQ(proposal.fidelity, 0.25);
}

TEST_F(ProposerTest, AskingHasRandomNumbersOfItsStepAndAttempt) {
  Proposer proposer = Make({});
  RandomStream stream(context_.seed, "optimizer/fake");
  std::vector<std::uint64_t> expected(2);
  proposer.Propose(7, 0, false);
  stream.Restart(7, Phase::kAsk, 0);
  stream.Fill(&expected[0], 1);
  proposer.Propose(7, 2, false);
  stream.Restart(7, Phase::kAsk, 2);
  stream.Fill(&expected[1], 1);
  EXPECT_EQ(script_.words, expected);
}

TEST_F(ProposerTest, ArchitecturesAreNotPerturbed) {
  Proposer proposer = Make({{"1-2"}, {"1-2"}}, {{.factor = -1}});
  EXPECT_EQ(proposer.Propose(0, 0, false).text, "1-2");
  EXPECT_EQ(proposer.Propose(0, 9, false).text, "1-2");
}

TEST_F(ProposerTest, ActionsArePerturbedByEachExplorationInOrder) {
  const Action asked = {0.5, 0.25, 0, 0, 0.5, 0.25};
  Proposer proposer = Make({{.architecture = "", .fidelity = 0.25, .what = asked}},
                           {{.added = 0.25}, {.factor = -1}});
  const Proposal proposal = proposer.Propose(0, 0, false);
  EXPECT_THAT(proposal.action, ElementsAre(-0.75, -0.5, -0.25, -0.25, -0.75, -0.5));
  EXPECT_EQ(proposal.text, "2-0");  // the largest cell of each row
  EXPECT_EQ(proposal.architecture, space().Parse("2-0"));
  EXPECT_EQ(proposal.fidelity, 0.25);
}

// By up to 2^-10 at first; the optimizer may not have learned from the rejection.
TEST_F(ProposerTest, AnActionIsScatteredTwiceAsFarAfterEachRejection) {
  const Action asked = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
  for (std::uint64_t attempt = 0; attempt <= 12; ++attempt) {
    Proposer proposer = Make({{.architecture = "", .what = asked}});
    double farthest = 0;
    for (const float cell : proposer.Propose(0, attempt, false).action) {
      EXPECT_GE(cell, 0) << attempt;
      EXPECT_LE(cell, 1) << attempt;
      farthest = std::max(farthest, std::abs(cell - 0.5));
    }
    const double width = attempt == 0 ? 0 : std::min(1.0, std::ldexp(1, int(attempt) - 11));
    EXPECT_LE(farthest, width) << attempt;
    EXPECT_GE(farthest, width / 4) << attempt;
  }
}

TEST_F(ProposerTest, ARandomActionIsNotAskedForAndNotPerturbed) {
  Proposer proposer = Make({{"0-0", 0.25}}, {{.step = 4, .factor = -1}});
  ASSERT_TRUE(proposer.Explores(4));
  const Proposal proposal = proposer.Propose(4, 0, true);
  EXPECT_THAT(script_.asks, SizeIs(1));
  EXPECT_THAT(script_.words, IsEmpty());
  EXPECT_EQ(proposal.fidelity, 1);
  EXPECT_THAT(proposal.action, SizeIs(6));
  EXPECT_THAT(proposal.action, Each(Ge(0)));
  EXPECT_EQ(proposal.architecture, space().Discretize(proposal.action));
  EXPECT_EQ(proposal.text, space().Format(proposal.architecture));
}

TEST_F(ProposerTest, ARandomActionDependsOnlyOnSeedStepAndAttempt) {
  Proposer proposer = Make({{.architecture = "", .what = Action(6)}});
  const Action action = proposer.Propose(4, 1, true).action;
  EXPECT_NE(proposer.Propose(4, 0, true).action, action);
  EXPECT_NE(proposer.Propose(5, 1, true).action, action);
  EXPECT_NE(Proposer(*components_, 2).Propose(4, 1, true).action, action);
  proposer.Propose(4, 1, false);  // scatters, with other random numbers
  EXPECT_EQ(proposer.Propose(4, 1, true).action, action);
}

TEST_F(ProposerTest, AnArchitectureThatTheSpaceRefusesIsAnError) {
  Proposer proposer = Make({{.architecture = "", .what = Architecture(6)}});
  EXPECT_THAT([&] { proposer.Propose(0, 0, false); },
              testing::ThrowsMessage<HostError>(
                  "optimizer 'fake': its proposal is refused by space 'grid': row grid decision 0 "
                  "does not have exactly one 1 among zeros"));
}

}  // namespace
}  // namespace lode::core
