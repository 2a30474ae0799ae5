#include "plugins/optimizers/bo/metric_bounds.h"

#include <gtest/gtest.h>

#include <vector>

namespace bo {
namespace {

using Metrics = std::vector<double>;

TEST(MetricBounds, LearnALimitFromBothSides) {
  MetricBounds bounds(1);
  EXPECT_FALSE(bounds.knows_any());
  bounds.Keep(Metrics{5});
  bounds.Break(Metrics{9});
  EXPECT_TRUE(bounds.knows_any());
  EXPECT_TRUE(bounds.Exclude(Metrics{9}));
  EXPECT_TRUE(bounds.Exclude(Metrics{20}));
  EXPECT_FALSE(bounds.Exclude(Metrics{8}));
  bounds.Break(Metrics{7});
  EXPECT_TRUE(bounds.Exclude(Metrics{8}));
  bounds.Break(Metrics{1});
  EXPECT_TRUE(bounds.Exclude(Metrics{0}));
  EXPECT_FALSE(bounds.Exclude(Metrics{2}));
}

TEST(MetricBounds, ExcludeWhatIsAsFarOutInEachPossibleReason) {
  MetricBounds bounds(2);
  bounds.Keep(Metrics{5, 5});
  bounds.Break(Metrics{9, 8});  // the first or the second
  EXPECT_TRUE(bounds.Exclude(Metrics{9, 8}));
  EXPECT_TRUE(bounds.Exclude(Metrics{10, 8}));
  EXPECT_FALSE(bounds.Exclude(Metrics{9, 7}));
  EXPECT_FALSE(bounds.Exclude(Metrics{8, 20}));
  bounds.Keep(Metrics{6, 8.5});  // so it is the first
  EXPECT_TRUE(bounds.Exclude(Metrics{9, 5}));
  EXPECT_FALSE(bounds.Exclude(Metrics{8, 20}));
}

TEST(MetricBounds, ConcludeNothingWhereMetricsExplainNothing) {
  MetricBounds bounds(1);
  bounds.Keep(Metrics{5});
  bounds.Keep(Metrics{9});
  EXPECT_FALSE(bounds.MayExplain(Metrics{7}));
  EXPECT_TRUE(bounds.MayExplain(Metrics{10}));
  bounds.Break(Metrics{7});
  EXPECT_FALSE(bounds.knows_any());
}

TEST(MetricBounds, BreaksBeforeAnythingIsKeptCountLater) {
  MetricBounds bounds(2);
  bounds.Break(Metrics{9, 5});
  EXPECT_TRUE(bounds.MayExplain(Metrics{1, 1}));
  EXPECT_FALSE(bounds.Exclude(Metrics{9, 5}));
  bounds.Keep(Metrics{4, 5});
  EXPECT_TRUE(bounds.Exclude(Metrics{9, 5}));
}

TEST(MetricBounds, OfNoMetricsKnowNothing) {
  MetricBounds bounds(0);
  bounds.Break(Metrics{});
  EXPECT_FALSE(bounds.MayExplain(Metrics{}));
  EXPECT_FALSE(bounds.Exclude(Metrics{}));
}

}  // namespace
}  // namespace bo
