#include "plugins/spaces/ofa/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "plugins/spaces/ofa/test_support.h"

namespace ofa {
namespace {

using lode::Architecture;
using ::testing::ElementsAre;

const Space& TheSpace() {
  static const Space space(lode::Host(nullptr), {});
  return space;
}

Subnet Sampled(lode::Random random) {
  Architecture a(kCells);
  TheSpace().Sample(random, a);
  return FromArchitecture(a);
}

Subnet MixedSubnet() {
  FixedStream stream(1);
  Subnet subnet = Sampled(stream.random());
  subnet.depth = {2, 3, 4, 2, 3};
  return subnet;
}

// The rows of both matrices in which two sub-networks differ.
std::set<std::size_t> Changes(const Subnet& a, const Subnet& b) {
  std::set<std::size_t> rows;
  for (std::size_t l = 0; l < kLayers; ++l) {
    if (OperationOf(a, l) != OperationOf(b, l)) { rows.insert(l); }
  }
  for (std::size_t u = 0; u < kUnits; ++u) {
    if (a.depth[u] != b.depth[u]) { rows.insert(kLayers + u); }
  }
  return rows;
}

// Pearson's statistic against equal frequencies.
template <class Counts>
double ChiSquare(const Counts& counts, double expected) {
  double sum = 0;
  for (const auto& [key, count] : counts) { sum += (count - expected) * (count - expected); }
  return sum / expected;
}

TEST(OfaSpace, HasTwoMatrices) {
  const auto matrices = TheSpace().Matrices();
  ASSERT_EQ(matrices.size(), 2u);
  EXPECT_EQ(matrices[0].name, "ops");
  EXPECT_EQ(matrices[0].rows(), 20u);
  EXPECT_EQ(matrices[0].row_labels.front(), "unit 1 layer 1");
  EXPECT_EQ(matrices[0].row_labels.back(), "unit 5 layer 4");
  EXPECT_THAT(matrices[0].column_labels, ElementsAre("e3_k3", "e3_k5", "e3_k7", "e4_k3", "e4_k5",
                                                     "e4_k7", "e6_k3", "e6_k5", "e6_k7"));
  EXPECT_EQ(matrices[1].name, "depth");
  EXPECT_THAT(matrices[1].row_labels,
              ElementsAre("unit 1", "unit 2", "unit 3", "unit 4", "unit 5"));
  EXPECT_THAT(matrices[1].column_labels, ElementsAre("2", "3", "4"));
  EXPECT_NEAR(TheSpace().Log10Size(), std::log10(2954312706550833698643.0), 1e-12);
}

TEST(OfaSpace, DiscretizeTakesTheLargestOfEachRowAndTheFirstOfEquals) {
  Architecture a(kCells);
  TheSpace().Discretize(std::vector<float>(kCells, -0.5f), a);
  EXPECT_EQ(FromArchitecture(a), Uniform(3, 3, 2));
  FixedStream stream(3);
  for (int n = 0; n < 5000; ++n) {
    std::vector<float> action(kCells);
    // Few distinct values: many rows have several largest entries.
    for (float& cell : action) { cell = static_cast<float>(stream.random().Below(5)) - 2; }
    std::fill(a.begin(), a.end(), 0);
    TheSpace().Discretize(action, a);
    const Subnet subnet = FromArchitecture(a);
    for (std::size_t l = 0; l < kLayers; ++l) {
      const auto row = std::span(action).subspan(9 * l, 9);
      const std::size_t taken = OperationOf(subnet, l);
      for (std::size_t o = 0; o < 9; ++o) {
        ASSERT_TRUE(row[o] < row[taken] || (row[o] == row[taken] && o >= taken));
      }
    }
    for (std::size_t u = 0; u < kUnits; ++u) {
      const auto row = std::span(action).subspan(180 + 3 * u, 3);
      const std::size_t taken = subnet.depth[u] - 2u;
      for (std::size_t d = 0; d < 3; ++d) {
        ASSERT_TRUE(row[d] < row[taken] || (row[d] == row[taken] && d >= taken));
      }
    }
  }
}

TEST(OfaSpace, SampleDrawsEveryRowUniformly) {
  FixedStream stream(5);
  std::map<std::pair<std::size_t, std::size_t>, double> operations, depths;
  for (int n = 0; n < 9000; ++n) {
    const Subnet subnet = Sampled(stream.random());
    for (std::size_t l = 0; l < kLayers; ++l) { ++operations[{l, OperationOf(subnet, l)}]; }
    for (std::size_t u = 0; u < kUnits; ++u) { ++depths[{u, subnet.depth[u]}]; }
  }
  EXPECT_EQ(operations.size(), 180u);
  EXPECT_EQ(depths.size(), 15u);
  EXPECT_LT(ChiSquare(operations, 1000), 219);  // 160 degrees of freedom: one in a thousand
  EXPECT_LT(ChiSquare(depths, 3000), 29.6);     // 10
}

TEST(OfaSpace, NeighboursComeInAFixedOrder) {
  const Subnet subnet = MixedSubnet();
  std::vector<Architecture> expected;
  for (std::size_t l = 0; l < kLayers; ++l) {
    if (!subnet.IsActive(l)) { continue; }
    for (std::size_t o = 0; o < 9; ++o) {
      Subnet changed = subnet;
      changed.expand[l] = std::array<std::uint8_t, 3>{3, 4, 6}[o / 3];
      changed.kernel[l] = std::array<std::uint8_t, 3>{3, 5, 7}[o % 3];
      if (changed != subnet) { expected.push_back(Of(changed)); }
    }
  }
  for (std::size_t u = 0; u < kUnits; ++u) {
    for (std::uint8_t d = 2; d <= 4; ++d) {
      Subnet changed = subnet;
      changed.depth[u] = d;
      if (d != subnet.depth[u]) { expected.push_back(Of(changed)); }
    }
  }
  EXPECT_EQ(expected.size(), 8u * 14 + 10);
  EXPECT_EQ(TheSpace().Neighbours(Of(subnet)), expected);
}

TEST(OfaSpace, NeighboursAreSymmetricAndAreOtherNetworks) {
  FixedStream stream(7);
  const auto canonical = [](const Architecture& a) {
    Architecture representative(kCells);
    TheSpace().Canonical(a, representative);
    return representative;
  };
  for (int n = 0; n < 20; ++n) {
    const Architecture a = Of(Sampled(stream.random()));
    for (const Architecture& neighbour : TheSpace().Neighbours(a)) {
      ASSERT_NE(canonical(neighbour), canonical(a));
      const auto back = TheSpace().Neighbours(neighbour);
      ASSERT_EQ(std::count(back.begin(), back.end(), a), 1);
    }
  }
}

TEST(OfaSpace, MutationChangesOneActiveDecisionDrawnUniformly) {
  FixedStream stream(11);
  const Subnet parent = MixedSubnet();
  std::map<std::size_t, double> rows;
  std::map<std::size_t, double> of_layer_0;  // by its new operation
  for (int n = 0; n < 19 * 1000; ++n) {
    Architecture child(kCells);
    TheSpace().Mutate(stream.random(), Of(parent), child);
    const Subnet subnet = FromArchitecture(child);
    const auto changes = Changes(parent, subnet);
    ASSERT_EQ(changes.size(), 1u);
    ++rows[*changes.begin()];
    if (*changes.begin() == 0) { ++of_layer_0[OperationOf(subnet, 0)]; }
  }
  ASSERT_EQ(rows.size(), 14u + 5);
  for (const auto& [row, count] : rows) { EXPECT_TRUE(row >= kLayers || parent.IsActive(row)); }
  EXPECT_LT(ChiSquare(rows, 1000), 42.3);  // 18 degrees of freedom: one in a thousand
  EXPECT_EQ(of_layer_0.size(), 8u);
  EXPECT_LT(ChiSquare(of_layer_0, rows[0] / 8), 24.3);  // 7
}

// Children by crossover of two parents that have one kernel, expansion and depth each.
std::vector<Subnet> Children(const char* crossover, int count) {
  const Space space(lode::Host(nullptr), {.crossover = crossover});
  FixedStream stream(13);
  std::vector<Subnet> children;
  for (int n = 0; n < count; ++n) {
    Architecture child(kCells);
    space.Crossover(stream.random(), Of(Uniform(3, 3, 2)), Of(Uniform(7, 6, 4)), child);
    children.push_back(FromArchitecture(child));
  }
  return children;
}

// How far the frequencies of a layer's four pairs of kernel and expansion are from 1/4, and those
// of a unit's two depths from 1/2: a sum of Pearson's statistics, with 3 degrees of freedom for
// each layer and 1 for each unit.
double CrossoverStatistic(const std::vector<Subnet>& children) {
  const auto count = static_cast<double>(children.size());
  double sum = 0;
  for (std::size_t l = 0; l < kLayers; ++l) {
    std::map<std::pair<int, int>, double> pairs = {
        {{3, 3}, 0}, {{3, 6}, 0}, {{7, 3}, 0}, {{7, 6}, 0}};
    for (const Subnet& child : children) { ++pairs[{child.kernel[l], child.expand[l]}]; }
    EXPECT_EQ(pairs.size(), 4u);
    sum += ChiSquare(pairs, count / 4);
  }
  for (std::size_t u = 0; u < kUnits; ++u) {
    std::map<int, double> depths = {{2, 0}, {4, 0}};
    for (const Subnet& child : children) { ++depths[child.depth[u]]; }
    EXPECT_EQ(depths.size(), 2u);
    sum += ChiSquare(depths, count / 2);
  }
  return sum;
}

// The published form. By chance the statistic exceeds the bound once in a million.
TEST(OfaSpace, CrossoverTakesKernelExpansionAndDepthSeparatelyByDefault) {
  EXPECT_EQ(Space::Config{}.crossover, "separate");
  EXPECT_LT(CrossoverStatistic(Children("separate", 4000)), 134.6);  // 65 degrees of freedom
}

TEST(OfaSpace, CrossoverTakesEachRowFromOneParentIfTogether) {
  std::map<std::size_t, double> of_father;
  for (const Subnet& subnet : Children("together", 4000)) {
    for (std::size_t l = 0; l < kLayers; ++l) {
      ASSERT_TRUE(OperationOf(subnet, l) == 0 || OperationOf(subnet, l) == 8);
      of_father[l] += OperationOf(subnet, l) == 8;
    }
    for (std::size_t u = 0; u < kUnits; ++u) { of_father[kLayers + u] += subnet.depth[u] == 4; }
    for (const std::uint8_t d : subnet.depth) { ASSERT_NE(d, 3); }
  }
  for (const auto& [row, count] : of_father) {
    EXPECT_NEAR(count, 2000, 4 * std::sqrt(1000)) << row;
  }
}

TEST(OfaSpace, ResampleRedrawsEachRowWithTheProbability) {
  FixedStream stream(17);
  const Subnet parent = MixedSubnet();
  std::map<std::size_t, double> changed;
  Architecture child(kCells);
  for (int n = 0; n < 20000; ++n) {
    std::fill(child.begin(), child.end(), 0);
    TheSpace().Resample(stream.random(), 0.1, Of(parent), child);
    for (const std::size_t row : Changes(parent, FromArchitecture(child))) { ++changed[row]; }
  }
  ASSERT_EQ(changed.size(), 25u);
  for (const auto& [row, count] : changed) {
    const double expected = 20000 * 0.1 * (row < kLayers ? 8.0 / 9 : 2.0 / 3);
    EXPECT_NEAR(count, expected, 4 * std::sqrt(expected)) << row;
  }
  std::fill(child.begin(), child.end(), 0);
  TheSpace().Resample(stream.random(), 0, Of(parent), child);
  EXPECT_EQ(child, Of(parent));
}

TEST(OfaSpace, CanonicalResetsOnlyInactiveLayers) {
  FixedStream stream(19);
  for (int n = 0; n < 1000; ++n) {
    const Subnet subnet = Sampled(stream.random());
    Architecture representative(kCells), same(kCells);
    TheSpace().Canonical(Of(subnet), representative);
    const Subnet canonical = FromArchitecture(representative);
    EXPECT_EQ(canonical.depth, subnet.depth);
    Subnet other = subnet;
    for (std::size_t l = 0; l < kLayers; ++l) {
      ASSERT_EQ(OperationOf(canonical, l), subnet.IsActive(l) ? OperationOf(subnet, l) : 0);
      if (!subnet.IsActive(l)) { other.kernel[l] = 7; }
    }
    TheSpace().Canonical(Of(other), same);
    ASSERT_EQ(same, representative);
  }
}

TEST(OfaSpace, GraphIsTheChainOfActiveLayers) {
  Subnet subnet = Uniform(5, 4, 2);
  subnet.depth[1] = 3;
  subnet.kernel[6] = 7;
  subnet.expand[6] = 6;
  const lode::Graph graph = TheSpace().Graph(Of(subnet));
  ASSERT_EQ(graph.nodes.size(), 2u + 11 + 1);
  EXPECT_EQ(graph.nodes.front().label, "stem, 16 channels, stride 2");
  EXPECT_EQ(graph.nodes[1].group, "");
  EXPECT_EQ(graph.nodes[1].label, "k3 e1, 16 channels, fixed");
  EXPECT_EQ(graph.nodes.back().label, "head, 1280 channels");
  EXPECT_EQ(graph.nodes[2].group, "unit 1");
  EXPECT_EQ(graph.nodes[2].label, "k5 e4, 24 channels, stride 2");
  EXPECT_EQ(graph.nodes[6].group, "unit 2");
  EXPECT_EQ(graph.nodes[6].label, "k7 e6, 40 channels");
  EXPECT_EQ(graph.nodes[7].group, "unit 3");
  ASSERT_EQ(graph.edges.size(), 13u);
  for (std::size_t e = 0; e < 13; ++e) {
    EXPECT_EQ(graph.edges[e].from, e);
    EXPECT_EQ(graph.edges[e].to, e + 1);
  }
}

TEST(OfaSpace, MeasuresAtItsWidthAndResolution) {
  const auto metrics = TheSpace().Metrics();
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[0].name, "params");
  EXPECT_EQ(metrics[1].name, "macs");
  std::array<double, 2> values{};
  TheSpace().Measure(Of(Uniform(7, 6, 4)), values);
  EXPECT_THAT(values, ElementsAre(7664760, 566170656));
  Space::Config config;
  config.width = "1.2";
  config.resolution = 224;
  Space(lode::Host(nullptr), config).Measure(Of(Uniform(3, 3, 2)), values);
  EXPECT_THAT(values, ElementsAre(4602456, 193078200));
  config.width = "1.0";
  config.resolution = 128;
  Space(lode::Host(nullptr), config).Measure(Of(Uniform(3, 3, 2)), values);
  EXPECT_THAT(values, ElementsAre(3410792, 41476224));
}

TEST(OfaSpace, InactiveLayersCostNothing) {
  Subnet subnet = Uniform(3, 3, 2);
  for (std::size_t l = 0; l < kLayers; ++l) {
    if (!subnet.IsActive(l)) { subnet.kernel[l] = 7; }
  }
  std::array<double, 2> values{};
  TheSpace().Measure(Of(subnet), values);
  EXPECT_THAT(values, ElementsAre(3410792, 121278672));
}

}  // namespace
}  // namespace ofa
