// Fidelities as components in C++ declare, serve, are offered and propose them, through their
// tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <optional>
#include <string>
#include <vector>

namespace {

// Measures the fidelity that it is asked for.
class Echo {
 public:
  struct Config {};
  Echo(lode::Host, const Config&) {}
  static std::vector<lode::Metric> Metrics() { return {{"fidelity", "", "The fidelity."}}; }
  void Bind(const lode::Space& space) { cells_ = space.cells(); }
  lode::Fidelities Fidelities() const {
    return lode::Fidelities::Range(1 / static_cast<double>(cells_));
  }
  static void Evaluate(const lode::Query& query, std::span<double> metrics) {
    metrics[0] = query.fidelity;
  }

 private:
  std::size_t cells_ = 0;
};

// Proposes the lowest fidelity that it was offered, and keeps what it is told.
class Asker {
 public:
  struct Config {};
  static std::vector<double> told;
  Asker(lode::Host, const Config&) {}
  void Bind(lode::Space space) { space_ = std::move(space); }
  void Offer(const lode::Fidelities& offered) {
    if (offered.lowest() > 0.5) { throw lode::UnsupportedError("needs a half"); }
    lowest_ = offered.lowest();
  }
  lode::Proposal Ask() const { return {lode::Action(space_->cells()), lowest_}; }
  static void Tell(const lode::Trial& trial) { told.push_back(trial.fidelity); }

 private:
  std::optional<lode::Space> space_;
  double lowest_ = 1;
};
std::vector<double> Asker::told;

// Proposes a half whatever it is offered.
class Stubborn : public Asker {
 public:
  using Asker::Asker;
  lode::Proposal Ask() const { return {Asker::Ask().what, 0.5}; }
};

template <class T>
const lode_component& Optimizer() {
  return *lode::OptimizerComponent<T>("asker", "1.0.0", "An optimizer.");
}

class FidelityTest : public testing::Test {
 protected:
  const lode::test::BoundSpace<> space_;  // 12 cells
  lode::test::ErrorBuffer error_;
};

class OptimizerFidelity : public FidelityTest {
 protected:
  lode_status Offer(const lode_optimizer_api& api, lode_instance* optimizer,
                    std::vector<double> values) {
    const lode_fidelities offered{sizeof offered, static_cast<std::uint32_t>(values.size()),
                                  values.data(), 0};
    return api.offer(optimizer, &offered, error_.get());
  }

  std::vector<float> action_ = std::vector<float>(12, -1);
};

TEST_F(FidelityTest, AnOracleSaysWhatItServesOnceItIsBound) {
  const lode::test::Instance oracle(*lode::OracleComponent<Echo>("echo", "1.0.0", "An oracle."));
  const auto& api = oracle.api<lode_oracle_api>();
  lode_fidelities declared{};
  declared.struct_size = sizeof declared;
  EXPECT_EQ(api.fidelities(oracle.get(), &declared, error_.get()), LODE_E_INVALID);
  EXPECT_EQ(error_.message(), "fidelities before bind");
  ASSERT_EQ(api.bind(oracle.get(), space_.handle(), nullptr), LODE_OK);
  EXPECT_EQ(api.fidelities(oracle.get(), &declared, nullptr), LODE_OK);
  EXPECT_EQ(lode::detail::ReadFidelities(declared), lode::Fidelities::Range(1.0 / 12));
}

TEST_F(FidelityTest, QueriesOfOtherFidelitiesDoNotReachTheOracle) {
  const lode::test::Instance oracle(*lode::OracleComponent<Echo>("echo", "1.0.0", "An oracle."));
  const auto& api = oracle.api<lode_oracle_api>();
  ASSERT_EQ(api.bind(oracle.get(), space_.handle(), nullptr), LODE_OK);
  const lode::Architecture architecture(12);
  std::vector<double> metrics(4, -1);
  std::vector<lode_query> queries;
  const std::vector<double> fidelities = {1, 0.25, 0.05, 2};
  for (std::size_t i = 0; i < 4; ++i) {
    queries.push_back({sizeof(lode_query), 0, architecture.data(), fidelities[i], 0, &metrics[i], 0,
                       LODE_OK, 0, nullptr});
  }
  EXPECT_EQ(api.evaluate(oracle.get(), queries.data(), 4, nullptr), LODE_OK);
  EXPECT_EQ(metrics, (std::vector<double>{1, 0.25, -1, -1}));
  EXPECT_EQ(queries[1].status, LODE_OK);
  EXPECT_EQ(queries[2].status, LODE_E_INVALID);
  EXPECT_EQ(queries[3].status, LODE_E_INVALID);
}

TEST_F(OptimizerFidelity, AProposalHasOneThatWasOffered) {
  const lode::test::Instance optimizer(Optimizer<Asker>());
  const auto& api = optimizer.api<lode_optimizer_api>();
  EXPECT_EQ(Offer(api, optimizer.get(), {0.25, 1}), LODE_E_INVALID);
  EXPECT_EQ(error_.message(), "offer before bind");
  ASSERT_EQ(api.bind(optimizer.get(), space_.handle(), nullptr), LODE_OK);
  EXPECT_EQ(Offer(api, optimizer.get(), {1}), LODE_E_UNSUPPORTED);
  EXPECT_EQ(Offer(api, optimizer.get(), {0.25, 1}), LODE_OK);
  lode_proposal proposal = lode::test::ProposalInto(action_.data(), nullptr);
  EXPECT_EQ(api.ask(optimizer.get(), &proposal, nullptr), LODE_OK);
  EXPECT_EQ(proposal.kind, LODE_PROPOSES_ACTION);
  EXPECT_EQ(proposal.fidelity, 0.25);
}

TEST_F(OptimizerFidelity, OthersAreRefusedAndTheProposalIsUntouched) {
  const lode::test::Instance optimizer(Optimizer<Stubborn>());
  const auto& api = optimizer.api<lode_optimizer_api>();
  ASSERT_EQ(api.bind(optimizer.get(), space_.handle(), nullptr), LODE_OK);
  EXPECT_EQ(Offer(api, optimizer.get(), {0.25, 1}), LODE_OK);
  lode_proposal proposal = lode::test::ProposalInto(action_.data(), nullptr);
  EXPECT_EQ(api.ask(optimizer.get(), &proposal, error_.get()), LODE_E_INVALID);
  EXPECT_EQ(error_.message(), "the proposed fidelity 0.500000 was not offered");
  EXPECT_EQ(proposal.kind, 0);
  EXPECT_EQ(proposal.fidelity, 1);
  EXPECT_EQ(action_, std::vector<float>(12, -1));
}

// The structs of a host of minor 1 end before the fidelity.
TEST_F(OptimizerFidelity, IsOneForAnOlderHost) {
  const lode::test::Instance optimizer(Optimizer<Asker>());
  const auto& api = optimizer.api<lode_optimizer_api>();
  ASSERT_EQ(api.bind(optimizer.get(), space_.handle(), nullptr), LODE_OK);
  lode_proposal proposal = lode::test::ProposalInto(action_.data(), nullptr);
  proposal.struct_size = offsetof(lode_proposal, fidelity);
  proposal.fidelity = -7;
  EXPECT_EQ(api.ask(optimizer.get(), &proposal, nullptr), LODE_OK);
  EXPECT_EQ(proposal.fidelity, -7);
  const lode::Architecture architecture(12);
  const double reward = 1;
  lode_trial trial = lode::test::TrialOf(0, 0, action_.data(), architecture.data(), reward);
  trial.fidelity = 0.25;
  Asker::told.clear();
  EXPECT_EQ(api.tell(optimizer.get(), &trial, 1, nullptr), LODE_OK);
  trial.struct_size = offsetof(lode_trial, fidelity);
  EXPECT_EQ(api.tell(optimizer.get(), &trial, 1, nullptr), LODE_OK);
  EXPECT_EQ(Asker::told, (std::vector<double>{0.25, 1}));
}

TEST(Capabilities, OfAnOracleOfBatchesSayThatItIsOne) {
  struct Batches : Echo {
    using Echo::Echo;
    static void EvaluateBatch(std::span<const lode::Query>, std::span<double>) {}
  };
  struct OneByOne : Echo {
    using Echo::Echo;
  };
  const auto of = [](const lode_component* c) { return c->capabilities; };
  constexpr std::uint32_t kFree = LODE_CAP_FREE;
  EXPECT_EQ(of(lode::OracleComponent<Batches>("b", "1.0.0", "Batches.", "", kFree)),
            LODE_CAP_FREE | LODE_CAP_BATCH);
  EXPECT_EQ(of(lode::OracleComponent<OneByOne>("o", "1.0.0", "One by one.", "", kFree)),
            LODE_CAP_FREE);
}

}  // namespace
