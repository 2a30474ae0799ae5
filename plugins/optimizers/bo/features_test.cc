#include "plugins/optimizers/bo/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <numeric>
#include <string>
#include <vector>

namespace bo {
namespace {

// Two operations in a row beside a third, and a metric.
class Branch : public lode::ChoiceSpace {
 public:
  struct Config {};
  Branch(lode::Host, const Config&)
      : ChoiceSpace({{"first", {"none", "skip", "conv"}},
                     {"second", {"none", "skip", "conv"}},
                     {"beside", {"none", "skip", "conv"}}}) {}

  lode::Graph Graph(lode::ArchitectureView architecture) const {
    const std::vector<std::size_t> choices = ChoicesOf(architecture);
    lode::Graph graph{{{"", "in"}, {"", "middle"}, {"", "out"}}, {}};
    const std::size_t ends[][2] = {{0, 1}, {1, 2}, {0, 2}};
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string& operation = decisions()[i].values[choices[i]];
      if (operation != "none") { graph.edges.push_back({ends[i][0], ends[i][1], operation}); }
    }
    return graph;
  }
  std::vector<lode::Metric> Metrics() const { return {{"cost", "count", "Number of convs."}}; }
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
    metrics[0] = 1;
    for (const std::size_t choice : ChoicesOf(architecture)) { metrics[0] += choice == 2; }
  }
};

class FeaturesTest : public testing::Test {
 protected:
  Row Of(const std::string& text) const { return extractor_.Extract(bound_.space().Parse(text)); }
  // By group.
  std::vector<std::size_t> Distances(const std::string& a, const std::string& b) const {
    std::vector<std::size_t> distances;
    for (const FeatureGroup& group : extractor_.layout().groups) {
      distances.push_back(Distance(group, Of(a), Of(b)));
    }
    return distances;
  }

  lode::test::BoundSpace<Branch> bound_;
  lode::test::FixedStream stream_{5};
  FeatureExtractor extractor_{bound_.space(), stream_.random()};
};

TEST_F(FeaturesTest, HaveAGroupForEachKindOfKnowledge) {
  std::vector<std::string> names;
  for (const FeatureGroup& group : extractor_.layout().groups) { names.push_back(group.name); }
  EXPECT_THAT(names, testing::ElementsAre("decisions", "paths", "graph", "metrics"));
  EXPECT_EQ(Of("conv,conv,none").counts.size(), extractor_.layout().size);
  EXPECT_EQ(extractor_.layout().size % kLane, 0u);
}

TEST_F(FeaturesTest, OfTheSameNetworkDifferInDecisionsOnly) {
  // In both there is one path, of a conv and a skip.
  EXPECT_THAT(Distances("conv,skip,none", "skip,conv,none"), testing::ElementsAre(4, 0, 0, 0));
  // The second operation is on no path.
  EXPECT_THAT(Distances("none,skip,conv", "none,none,conv"), testing::ElementsAre(2, 0, 0, 0));
}

TEST_F(FeaturesTest, CountPathsAndOperations) {
  // Another path "conv", and with it one more conv and one more path; the longest stays.
  const auto more = Distances("conv,skip,none", "conv,skip,conv");
  EXPECT_EQ(more[1], 1u);
  EXPECT_EQ(more[2], 2u);
  EXPECT_GT(more[3], 0u);
  // "conv conv" for "conv": a path goes, one comes; a conv more, a skip less, longer by one.
  const auto longer = Distances("conv,skip,none", "conv,conv,none");
  EXPECT_EQ(longer[1], 2u);
  EXPECT_EQ(longer[2], 3u);
}

TEST_F(FeaturesTest, MeasureMetricsInEighthsOfTheirDeviation) {
  // log(1 + binomial(3, 1/3)): its deviation is 0.4353, and log(4) is 3.185 of that.
  EXPECT_NEAR(static_cast<double>(Distances("none,none,none", "conv,conv,conv")[3]), 8 * 3.185,
              1.5);
}

TEST_F(FeaturesTest, TrendsAreUnitVectorsOfWhatIsCounted) {
  const auto product = [&](const std::string& a, const std::string& b) {
    const Row x = Of(a), y = Of(b);
    return std::inner_product(x.trend.begin(), x.trend.end(), y.trend.begin(), 0.0);
  };
  EXPECT_EQ(Of("conv,conv,conv").trend.size(), extractor_.layout().trend);
  EXPECT_NEAR(product("conv,conv,conv", "conv,conv,conv"), 1, 1e-14);
  EXPECT_NEAR(product("conv,skip,none", "skip,conv,none"), 1, 1e-14) << "the same network";
  EXPECT_GT(product("conv,conv,conv", "conv,skip,conv"),
            product("conv,conv,conv", "none,none,none"));
}

TEST_F(FeaturesTest, AreTheSameFromTheCache) {
  FeatureCache cache(extractor_);
  const lode::Architecture a = bound_.space().Parse("conv,skip,conv");
  EXPECT_EQ(cache.Of(a), extractor_.Extract(a));
  EXPECT_EQ(&cache.Of(a), &cache.Of(a));
}

// A chain of layers, of which the last is an operation and the output.
class Chain : public lode::ChoiceSpace {
 public:
  struct Config {};
  Chain(lode::Host, const Config&)
      : ChoiceSpace({{"first", {"k3", "k5"}}, {"second", {"k3", "k5"}}}) {}

  lode::Graph Graph(lode::ArchitectureView architecture) const {
    lode::Graph graph{{{"", "stem"}}, {}};
    for (const std::size_t choice : ChoicesOf(architecture)) {
      graph.nodes.push_back({"unit", choice == 0 ? "k3" : "k5"});
    }
    graph.nodes.push_back({"", "head"});
    for (std::size_t n = 1; n < graph.nodes.size(); ++n) { graph.edges.push_back({n - 1, n, ""}); }
    return graph;
  }
};

TEST(Features, OfAChainAreItsOperationsWithoutPaths) {
  const lode::test::BoundSpace<Chain> bound;
  lode::test::FixedStream stream(1);
  const FeatureExtractor extractor(bound.space(), stream.random());
  ASSERT_EQ(extractor.layout().groups.size(), 2u);
  const auto distance = [&](const char* a, const char* b) {
    return Distance(extractor.layout().groups[1], extractor.Extract(bound.space().Parse(a)),
                    extractor.Extract(bound.space().Parse(b)));
  };
  EXPECT_EQ(distance("k3,k5", "k5,k3"), 0u);
  EXPECT_EQ(distance("k3,k5", "k5,k5"), 2u);
}

TEST(Features, OfASpaceWithoutGraphAndMetricsAreItsDecisions) {
  const lode::test::Grid grid(3, 4);
  lode::test::FixedStream stream(1);
  const FeatureExtractor extractor(grid.space(), stream.random());
  ASSERT_EQ(extractor.layout().groups.size(), 1u);
  EXPECT_EQ(extractor.layout().trend, 0u);
  EXPECT_EQ(Distance(extractor.layout().groups[0], extractor.Extract(grid.space().Parse("0-1-2")),
                     extractor.Extract(grid.space().Parse("0-2-3"))),
            4u);
}

}  // namespace
}  // namespace bo
