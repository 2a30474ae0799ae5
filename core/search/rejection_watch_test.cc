#include "core/search/rejection_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lode::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A measured latency that is correlated with macs, and params that never vary.
class RejectionWatchTest : public testing::Test {
 protected:
  void Watch(const char* limited, std::vector<std::size_t> free,
             std::vector<std::string> computable = {}) {
    reward_.limits = {{limited, std::nullopt, 10.0, {}}};
    watch_.emplace(reward_, metrics_, free, std::move(computable),
                   [this](const std::string& text) { warnings_.push_back(text); });
  }

  void Measure(bool rejected, const char* failure = "") {
    const double macs = static_cast<double>(++measured_ * 7919 % 101);
    const double metrics[] = {3 * macs + 1, macs, 5};
    EvaluationRecord record;
    record.metrics = metrics;
    record.rejected = rejected;
    record.failure = failure;
    watch_->OnEvaluation(record);
  }

  static MetricDeclaration Named(const char* name) {
    MetricDeclaration metric;
    metric.name = name;
    return metric;
  }

  const std::vector<MetricDeclaration> metrics_ = {Named("latency"), Named("macs"),
                                                   Named("params")};
  RewardConfig reward_;
  std::optional<RejectionWatch> watch_;
  std::vector<std::string> warnings_;
  std::uint64_t measured_ = 0;
};

TEST_F(RejectionWatchTest, WarnsOnceAndNamesTheCorrelatedFreeMetric) {
  Watch("latency", {1, 2});
  for (int i = 0; i < 19; ++i) { Measure(true); }
  EXPECT_TRUE(warnings_.empty());
  for (int i = 0; i < 100; ++i) { Measure(true); }
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0],
              AllOf(HasSubstr("20 of the first 20 architectures"), HasSubstr("limit on 'latency'"),
                    HasSubstr("'macs' costs nothing"), Not(HasSubstr("params"))));
}

TEST_F(RejectionWatchTest, IsSilentUnlessMoreThanHalfAreRejected) {
  Watch("latency", {1, 2});
  for (int i = 0; i < 500; ++i) {
    Measure(i % 2 == 1);
    Measure(true, "time-out");
  }
  EXPECT_TRUE(warnings_.empty());
  for (int i = 0; i < 10; ++i) { Measure(true); }
  EXPECT_EQ(warnings_.size(), 1u);
}

TEST_F(RejectionWatchTest, IgnoresLimitsOnFreeMetrics) {
  Watch("macs", {1, 2});
  for (int i = 0; i < 50; ++i) { Measure(true); }
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(RejectionWatchTest, NamesMetricsOfTheSpaceWithoutAFreeMetric) {
  Watch("latency", {}, {"macs", "params"});
  for (int i = 0; i < 20; ++i) { Measure(true); }
  EXPECT_THAT(warnings_.at(0), HasSubstr("(oracle 'analytic': macs, params)"));
  warnings_.clear();
  Watch("latency", {2});
  for (int i = 0; i < 20; ++i) { Measure(true); }
  EXPECT_THAT(warnings_.at(0), Not(HasSubstr("nothing")));
}

}  // namespace
}  // namespace lode::core
