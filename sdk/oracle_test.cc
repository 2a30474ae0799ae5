// The costs that an oracle reports, as seen through its table.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <lode/testing.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr double kUntouched = -77;

// Reports what the query's seed asks for: a cost of `seed` seconds, or one of these.
constexpr std::uint64_t kNoCost = 1000, kNegative = 1001, kNotANumber = 1002, kInfinite = 1003,
                        kTwice = 1004, kThenFails = 1005;

void Report(const lode::Query& query) {
  if (query.seed < kNoCost) { query.ReportCost(static_cast<double>(query.seed)); }
  if (query.seed == kNegative) { query.ReportCost(-0.5); }
  if (query.seed == kNotANumber) { query.ReportCost(std::nan("")); }
  if (query.seed == kInfinite) { query.ReportCost(std::numeric_limits<double>::infinity()); }
  if (query.seed == kTwice || query.seed == kThenFails) { query.ReportCost(1); }
  if (query.seed == kTwice) { query.ReportCost(2.5); }
  if (query.seed == kThenFails) { throw lode::InvalidError("no result"); }
}

struct Costly {
  struct Config {};
  Costly(lode::Host, const Config&) {}
  std::vector<lode::Metric> Metrics() const { return {{"seed", "count", "The seed."}}; }
  void Bind(const lode::Space&) {}
};

struct OneByOne : Costly {
  using Costly::Costly;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    Report(query);
    metrics[0] = static_cast<double>(query.seed);
  }
};

struct Together : Costly {
  using Costly::Costly;
  void EvaluateBatch(std::span<const lode::Query> queries, std::span<double> metrics) {
    for (std::size_t k = 0; k < queries.size(); ++k) {
      Report(queries[k]);
      metrics[k] = static_cast<double>(queries[k].seed);
    }
  }
};

// The results of one query.
struct Result {
  lode_status status = LODE_OK;
  double metric = 0, cost = 0;
  std::string error;
};

template <class T>
class OracleCosts : public testing::Test {
 protected:
  OracleCosts() {
    EXPECT_EQ(component_.create(host_.get(), nullptr, &instance_, nullptr), LODE_OK);
    EXPECT_EQ(api_.bind(instance_, space_.handle(), nullptr), LODE_OK);
  }
  ~OracleCosts() override { component_.destroy(instance_); }

  // Makes one call for all seeds.
  std::vector<Result> Ask(const std::vector<std::uint64_t>& seeds) {
    const std::size_t count = seeds.size();
    const lode::Architecture architecture(space_.space().cells());
    std::vector<double> metrics(count, kUntouched);
    std::vector<lode_error> errors(count, lode_error{sizeof(lode_error), 0, ""});
    std::vector<lode_query> queries;
    for (std::size_t k = 0; k < count; ++k) {
      queries.push_back({sizeof(lode_query), 0, architecture.data(), 1, seeds[k], &metrics[k],
                         kUntouched, LODE_OK, 0, &errors[k]});
    }
    EXPECT_EQ(api_.evaluate(instance_, queries.data(), static_cast<std::uint32_t>(count), nullptr),
              LODE_OK);
    std::vector<Result> results;
    for (std::size_t k = 0; k < count; ++k) {
      results.push_back(
          {queries[k].status, metrics[k], queries[k].cost_seconds, errors[k].message});
    }
    return results;
  }

 private:
  lode::test::FixedHost host_;
  lode::test::BoundSpace<> space_;
  const lode_component& component_ =
      *lode::OracleComponent<T>("costly", "1.0.0", "An oracle in a test.");
  const lode_oracle_api& api_ = *static_cast<const lode_oracle_api*>(component_.api);
  lode_instance* instance_ = nullptr;
};

using Kinds = testing::Types<OneByOne, Together>;
TYPED_TEST_SUITE(OracleCosts, Kinds);

TYPED_TEST(OracleCosts, ArriveWithTheirQueries) {
  const auto results = this->Ask({7, 0, kTwice});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].cost, 7);
  EXPECT_EQ(results[1].cost, 0);
  EXPECT_EQ(results[2].cost, 2.5) << "the last call counts";
  EXPECT_EQ(this->Ask({12})[0].cost, 12) << "alone";
}

TYPED_TEST(OracleCosts, AreLeftAloneWithoutAReport) {
  const auto results = this->Ask({kNoCost, 3});
  EXPECT_EQ(results[0].status, LODE_OK);
  EXPECT_EQ(results[0].metric, kNoCost);
  EXPECT_EQ(results[0].cost, kUntouched);
  EXPECT_EQ(results[1].cost, 3);
}

TYPED_TEST(OracleCosts, AreLeftAloneIfTheEvaluationFails) {
  const auto results = this->Ask({5, kThenFails, 6});
  EXPECT_EQ(results[1].status, LODE_E_INVALID);
  EXPECT_EQ(results[1].error, "no result");
  EXPECT_EQ(results[1].cost, kUntouched);
  EXPECT_EQ(results[1].metric, kUntouched);
  EXPECT_EQ(results[0].cost, 5);
  EXPECT_EQ(results[2].cost, 6);
}

TYPED_TEST(OracleCosts, ThatCannotBeFailTheirQuery) {
  const auto results = this->Ask({kNegative, kNotANumber, kInfinite, 4});
  const std::string before = "the cost of an evaluation is ",
                    after = " seconds, expected a finite number, at least 0";
  EXPECT_EQ(results[0].error, before + "-0.500000" + after);
  EXPECT_EQ(results[1].error, before + "nan" + after);
  EXPECT_EQ(results[2].error, before + "inf" + after);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(results[k].status, LODE_E_INVALID);
    EXPECT_EQ(results[k].cost, kUntouched);
  }
  EXPECT_EQ(results[3].cost, 4);
}

// How a unit test of an oracle class reads a cost or ignores it.
TEST(Query, ReportsItsCostOnRequest) {
  const lode::test::FixedHost host;
  OneByOne oracle(host.host(), {});
  std::array<double, 1> metric{};
  std::optional<double> cost;
  oracle.Evaluate({{}, 1, 8, &cost}, metric);
  EXPECT_EQ(cost, 8);
  oracle.Evaluate({{}, 1, 9}, metric);
  EXPECT_EQ(metric[0], 9);
}

}  // namespace
