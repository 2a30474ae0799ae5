#include "core/plugin/component.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

// Measures the number of the first decision's value, times the fidelity; fails for the value 2.
class Oracle {
 public:
  struct Config {};
  Oracle(Host, const Config&) {}
  static std::vector<Metric> Metrics() { return {{"value", "", "A value."}}; }
  void Bind(const Space&) {}
  static lode::Fidelities Fidelities() { return lode::Fidelities::List({0.25, 1}); }
  static void EvaluateBatch(std::span<const Query> queries, std::span<double> metrics) {
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (queries[i].architecture[2] != 0) { throw Error(LODE_E_IO, "no value"); }
      metrics[i] = queries[i].fidelity * (1 + queries[i].architecture[1]);
      queries[i].ReportCost(8 * queries[i].fidelity);
    }
  }
};

const lode_component& OracleWith(lode_oracle_api& api) {
  static lode_component component;
  component = *OracleComponent<Oracle>("measured", "1.0.0", "An oracle.");
  api = *static_cast<const lode_oracle_api*>(component.api);
  component.api = &api;
  return component;
}

// Proposes the architecture 0 of a space at the lowest fidelity that it was offered, unless the
// test wants another.
class Optimizer {
 public:
  struct Config {};
  static std::optional<double> fidelity;
  Optimizer(Host, const Config&) {}
  void Bind(Space space) { space_ = std::move(space); }
  void Offer(const Fidelities& offered) {
    if (offered.lowest() == 0.5) { throw UnsupportedError("needs less than a half"); }
    offered_ = offered;
  }
  lode::Proposal Ask() const {
    return {space_->Parse("0-0-0-0"), fidelity.value_or(offered_.lowest())};
  }
  static void Tell(const Trial&) {}

 private:
  std::optional<Space> space_;
  Fidelities offered_;
};
std::optional<double> Optimizer::fidelity;

// Proposes a fidelity without having been asked about any.
lode_status AskHalf(lode_instance*, lode_proposal* out, lode_error*) {
  out->kind = LODE_PROPOSES_ARCHITECTURE;
  out->fidelity = 0.5;
  return LODE_OK;
}

class Components : public testing::Test {
 protected:
  const RunContext run_{};
  test::Grid grid_{4, 3};
  std::vector<float> action_ = std::vector<float>(12);
  std::vector<std::uint8_t> architecture_ = std::vector<std::uint8_t>(12);
};

using OracleInstanceTest = Components;

TEST_F(OracleInstanceTest, SaysWhichFidelitiesItServes) {
  lode_oracle_api api{};
  OracleInstance oracle(OracleWith(api), {}, run_, "oracle");
  oracle.Bind(grid_.handle());
  EXPECT_EQ(oracle.fidelities(), Fidelities::List({0.25, 1}));
}

TEST_F(OracleInstanceTest, OneWithoutTheSlotServesOnlyOne) {
  for (const bool is_old : {false, true}) {
    lode_oracle_api api{};
    const lode_component& component = OracleWith(api);
    if (is_old) {
      api.struct_size = offsetof(lode_oracle_api, fidelities);
    } else {
      api.fidelities = nullptr;
    }
    OracleInstance oracle(component, {}, run_, "oracle");
    oracle.Bind(grid_.handle());
    EXPECT_EQ(oracle.fidelities(), Fidelities());
  }
}

TEST_F(OracleInstanceTest, MalformedFidelitiesAreRefusedWithItsName) {
  lode_oracle_api api{};
  const lode_component& component = OracleWith(api);
  api.fidelities = [](const lode_instance*, lode_fidelities* out, lode_error*) -> lode_status {
    out->count = 0;
    out->min = 2;
    return LODE_OK;
  };
  OracleInstance oracle(component, {}, run_, "oracle");
  try {
    oracle.Bind(grid_.handle());
    FAIL() << "was bound";
  } catch (const DeclarationError& e) {
    EXPECT_THAT(e.what(), HasSubstr("oracle 'measured': its fidelities: "));
  }
}

TEST_F(OracleInstanceTest, SeveralQueriesInOneCallAreAnsweredAsAlone) {
  lode_oracle_api api{};
  OracleInstance oracle(OracleWith(api), {}, run_, "oracle");
  oracle.Bind(grid_.handle());
  const Space& space = grid_.space();
  const std::vector<Architecture> architectures = {space.Parse("0-0-0-0"), space.Parse("1-0-0-0"),
                                                   space.Parse("2-0-0-0"), space.Parse("1-1-1-1")};
  const std::vector<double> fidelities = {1, 0.25, 1, 0.5};
  std::vector<double> metrics(4, -1);
  std::vector<OracleQuery> queries;
  for (std::size_t i = 0; i < 4; ++i) {
    queries.push_back({architectures[i], fidelities[i], i, std::span(metrics).subspan(i, 1)});
  }
  const auto outcomes = oracle.Evaluate(queries);
  EXPECT_EQ(metrics, (std::vector<double>{1, 0.5, -1, -1}));
  ASSERT_EQ(outcomes.size(), 4);
  EXPECT_EQ(outcomes[2].failure, "no value");
  EXPECT_EQ(outcomes[3].failure, "fidelity 0.500000 is not served");
  for (std::size_t i = 0; i < 4; ++i) {
    double metric = -1;
    const auto alone = oracle.Evaluate({architectures[i], fidelities[i], i, std::span(&metric, 1)});
    EXPECT_EQ(metric, metrics[i]) << i;
    EXPECT_EQ(alone.ok, outcomes[i].ok) << i;
    EXPECT_EQ(alone.failure, outcomes[i].failure) << i;
    EXPECT_EQ(alone.cost_seconds, outcomes[i].cost_seconds) << i;
    EXPECT_EQ(alone.cost_seconds, i < 2 ? 8 * fidelities[i] : 0) << i;
  }
  EXPECT_TRUE(oracle.Evaluate(std::span<const OracleQuery>()).empty());
}

TEST_F(OracleInstanceTest, ACallThatFailsFailsAllItsQueries) {
  lode_oracle_api api{};
  OracleInstance oracle(OracleWith(api), {}, run_, "oracle");
  double metric = 0;
  const OracleQuery query{architecture_, 1, 0, std::span(&metric, 1)};
  const auto outcomes = oracle.Evaluate(std::vector<OracleQuery>{query, query});
  ASSERT_EQ(outcomes.size(), 2);
  for (const auto& outcome : outcomes) {
    EXPECT_FALSE(outcome.ok);
    EXPECT_EQ(outcome.failure, "evaluate before bind");
  }
}

class FidelityTaker : public Components {
 protected:
  FidelityTaker() {
    Optimizer::fidelity.reset();
    optimizer_.Bind(grid_.handle());
  }
  std::string Refusal() {
    try {
      optimizer_.Ask(action_, architecture_);
      return "";
    } catch (const HostError& e) { return e.what(); }
  }

  const lode_component& component_ =
      *OptimizerComponent<Optimizer>("asked", "1.0.0", "An optimizer.");
  OptimizerInstance optimizer_{component_, {}, run_, "optimizer"};
};

TEST_F(FidelityTaker, ProposesWhatItWasOffered) {
  EXPECT_TRUE(optimizer_.TakesFidelities());
  EXPECT_EQ(optimizer_.Ask(action_, architecture_).fidelity, 1);
  optimizer_.Offer(Fidelities::List({0.25, 1}));
  const auto proposed = optimizer_.Ask(action_, architecture_);
  EXPECT_EQ(proposed.kind, LODE_PROPOSES_ARCHITECTURE);
  EXPECT_EQ(proposed.fidelity, 0.25);
}

TEST_F(FidelityTaker, OtherFidelitiesAreRefused) {
  optimizer_.Offer(Fidelities::List({0.25, 1}));
  Optimizer::fidelity = 0.5;
  EXPECT_EQ(Refusal(), "optimizer 'asked': the proposed fidelity 0.500000 was not offered");
}

TEST_F(FidelityTaker, RefusesAnOfferThatItCannotWorkWith) {
  try {
    optimizer_.Offer(Fidelities::Range(0.5));
    FAIL() << "took the offer";
  } catch (const HostError& e) {
    EXPECT_STREQ(e.what(),
                 "optimizer 'asked': needs less than a half (the oracles serve 0.5 to 1)");
  }
}

// One whose table says nothing about fidelities proposes only 1, whatever it writes.
TEST_F(FidelityTaker, WithoutTheSlotOnlyOneIsTaken) {
  lode_optimizer_api api = *static_cast<const lode_optimizer_api*>(component_.api);
  api.offer = nullptr;
  api.ask = AskHalf;
  lode_component component = component_;
  component.api = &api;
  OptimizerInstance optimizer(component, {}, run_, "optimizer");
  optimizer.Bind(grid_.handle());
  EXPECT_FALSE(optimizer.TakesFidelities());
  optimizer.Offer(Fidelities::List({0.5, 1}));
  try {
    optimizer.Ask(action_, architecture_);
    FAIL() << "took the proposal";
  } catch (const HostError& e) {
    EXPECT_STREQ(e.what(), "optimizer 'asked': proposed the fidelity 0.5, expected 1");
  }
}

}  // namespace
}  // namespace lode::core
