#include "plugins/spaces/darts/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <lode/testing.hpp>
#include <map>
#include <numeric>
#include <set>

#include "plugins/spaces/darts/canonical.h"
#include "plugins/spaces/darts/drawn.h"
#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/text.h"
#include "tests/extreme_floats.h"

namespace darts {
namespace {

using lode::test::FixedStream;

using lode::Architecture;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::Lt;

const Space& TheSpace() {
  static const Space space(lode::Host(nullptr), {});
  return space;
}

Architecture Draw(FixedStream* stream) {
  Architecture a(kCells);
  TheSpace().Sample(stream->random(), a);
  return a;
}

Architecture Discretize(const std::vector<float>& action) {
  Architecture a(kCells);
  TheSpace().Discretize(action, a);
  return a;
}

// Stores architectures in a set as strings: GCC 12 gives a false warning about a bound for the
// vectors' own order.
std::string Key(const Architecture& a) { return {a.begin(), a.end()}; }

// Pearson's statistic of counts against equal frequencies, in deviations from its mean.
double ChiSquareDeviations(const std::vector<int>& counts) {
  const double freedom = static_cast<double>(counts.size()) - 1;
  const double expected =
      std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) { sum += (count - expected) * (count - expected) / expected; }
  return (sum - freedom) / std::sqrt(2 * freedom);
}

// Counts how often each decision had each value.
class DecisionCounts {
 public:
  void Add(const Architecture& a) {
    const Genotype genotype = FromArchitecture(a);
    for (const CellKind kind : {kNormal, kReduce}) {
      for (std::size_t n = 0; n < kNodes; ++n) {
        const Node& node = genotype[kind][n];
        const std::size_t at = kNodes * kind + n;
        ++pairs_[at][std::pair(node[0].input, node[1].input)];
        for (std::size_t e = 0; e < kNodeEdges; ++e) { ++operations_[at][e][node[e].operation]; }
        ++together_[at]
                   [std::tuple(node[0].input, node[1].input, node[0].operation, node[1].operation)];
      }
    }
  }
  void ExpectUniform() const {
    for (std::size_t at = 0; at < kMatrices * kNodes; ++at) {
      Expect(pairs_[at], PairsOf(at % kNodes));
      Expect(operations_[at][0], kOperations);
      Expect(operations_[at][1], kOperations);
      Expect(together_[at], PairsOf(at % kNodes) * kOperations * kOperations);
    }
  }

 private:
  template <class Map>
  static void Expect(const Map& map, std::size_t values) {
    ASSERT_EQ(map.size(), values);
    if (values == 1) { return; }
    std::vector<int> counts;
    for (const auto& [value, count] : map) { counts.push_back(count); }
    EXPECT_LT(ChiSquareDeviations(counts), 5);
  }

  std::array<std::map<std::pair<int, int>, int>, kMatrices * kNodes> pairs_;
  std::array<std::array<std::map<int, int>, kNodeEdges>, kMatrices * kNodes> operations_;
  std::array<std::map<std::tuple<int, int, int, int>, int>, kMatrices * kNodes> together_;
};

TEST(DartsSpace, HasTwoMatricesOfEdgesAndOperations) {
  const auto matrices = TheSpace().Matrices();
  ASSERT_EQ(matrices.size(), 2u);
  EXPECT_EQ(matrices[0].name, "normal");
  EXPECT_EQ(matrices[1].name, "reduce");
  for (const lode::Matrix& m : matrices) {
    EXPECT_EQ(m.rows(), 14u);
    EXPECT_EQ(m.row_labels[8], "3->4");
    EXPECT_THAT(m.column_labels,
                ElementsAre("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3",
                            "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"));
  }
  // Two of 2, 3, 4 and 5 inputs, two operations each; for two cells.
  EXPECT_DOUBLE_EQ(TheSpace().Log10Size(), 2 * std::log10(1. * 3 * 6 * 10 * std::pow(7., 8)));
}

// ---- discretize

// Algorithm 2 in other words: the cells of a node's rows are ranked, larger before smaller and
// equal ones in reading order; the first is taken, and the next one that is in another row.
Architecture ByRanking(const std::vector<float>& action) {
  Architecture out(kCells);
  const std::size_t kStarts[] = {0, 2, 5, 9, 14, 16, 19, 23, 28};  // rows of both matrices
  for (std::size_t n = 0; n < 8; ++n) {
    std::vector<std::size_t> cells(7 * (kStarts[n + 1] - kStarts[n]));
    std::iota(cells.begin(), cells.end(), 7 * kStarts[n]);
    std::stable_sort(cells.begin(), cells.end(),
                     [&](std::size_t a, std::size_t b) { return action[a] > action[b]; });
    out[cells[0]] = 1;
    out[*std::find_if(cells.begin(), cells.end(),
                      [&](std::size_t c) { return c / 7 != cells[0] / 7; })] = 1;
  }
  return out;
}

// Actions that easily go wrong: continuous, negative, with few distinct values, with extreme
// values, with equal rows, constant except for one cell.
std::vector<float> AwkwardAction(lode::Random random, int kind) {
  std::vector<float> action(kCells, 0.5f);
  const std::size_t distinct = 1 + random.Below(4);
  for (float& a : action) {
    if (kind % 6 == 0) { a = static_cast<float>(random.Uniform()); }
    if (kind % 6 == 1) { a = static_cast<float>(random.Uniform(-1e6, -1e-6)); }
    if (kind % 6 == 2) { a = static_cast<float>(random.Below(distinct)) - 1; }
    if (kind % 6 == 3) { a = lode::kExtremeFloats[random.Below(lode::kExtremeFloats.size())]; }
    if (kind % 6 == 4) { a = static_cast<float>(random.Normal()); }
  }
  if (kind % 6 == 4) {
    for (std::size_t row = 1; row < 28; ++row) {
      if (random.Below(2) == 0) { std::copy_n(&action[7 * row - 7], 7, &action[7 * row]); }
    }
  }
  if (kind % 6 == 5) { action[random.Below(kCells)] += static_cast<float>(random.Below(3)) - 1; }
  return action;
}

TEST(DartsSpace, DiscretizeIsAlgorithmTwo) {
  FixedStream stream(1);
  for (int n = 0; n < 20000; ++n) {
    const std::vector<float> action = AwkwardAction(stream.random(), n);
    const Architecture a = Discretize(action);
    ASSERT_EQ(a, ByRanking(action)) << n;
    const Genotype genotype = FromArchitecture(a);  // throws if invalid
    for (const Cell& cell : genotype) {
      for (const Node& node : cell) { ASSERT_NE(node[0].input, node[1].input); }
    }
    ASSERT_EQ(Discretize({a.begin(), a.end()}), a);
  }
}

TEST(DartsSpace, DiscretizeTakesTheFirstOfEquals) {
  Genotype first{};
  for (Cell& cell : first) {
    for (Node& node : cell) { node = {{{0, kMaxPool3x3}, {1, kMaxPool3x3}}}; }
  }
  for (const float value : {0.0f, -0.0f, -3e38f, 3e38f, 1e-45f}) {
    EXPECT_EQ(Discretize(std::vector<float>(kCells, value)), Of(first));
  }
  std::vector<float> action(kCells, 0.0f);
  action[0] = -0.0f;  // equals 0.0
  EXPECT_EQ(Discretize(action), Of(first));
}

TEST(DartsSpace, DiscretizeTakesTheTwoBestRowsNotTheTwoBestEntries) {
  std::vector<float> action(kCells, 0.1f);
  action[7 * 9 + 2] = 0.9f;  // 0->5
  action[7 * 9 + 3] = 0.8f;
  action[7 * 12 + 6] = 0.2f;  // 3->5
  const Node expected = {{{0, kSkipConnect}, {3, kDilConv5x5}}};
  EXPECT_EQ(FromArchitecture(Discretize(action))[kNormal][3], expected);
}

// ---- sample, resample

TEST(DartsSpace, SampleIsUniform) {
  FixedStream stream(2);
  DecisionCounts counts;
  for (int n = 0; n < 100000; ++n) { counts.Add(Draw(&stream)); }
  counts.ExpectUniform();
}

Architecture Resample(FixedStream* stream, double probability, const Architecture& parent) {
  Architecture child(kCells);
  TheSpace().Resample(stream->random(), probability, parent, child);
  return child;
}

TEST(DartsSpace, ResampleWithProbabilityOneIsSample) {
  FixedStream stream(3);
  const Architecture parent = Draw(&stream);
  DecisionCounts counts;
  for (int n = 0; n < 100000; ++n) { counts.Add(Resample(&stream, 1, parent)); }
  counts.ExpectUniform();
}

TEST(DartsSpace, ResampleWithProbabilityZeroIsTheParent) {
  FixedStream stream(4);
  for (int n = 0; n < 1000; ++n) {
    const Architecture parent = Draw(&stream);
    ASSERT_EQ(Resample(&stream, 0, parent), parent);
  }
}

TEST(DartsSpace, ResampleChangesEachDecisionAtTheGivenRate) {
  constexpr double kProbability = 0.3;
  constexpr int kDraws = 20000;
  FixedStream stream(5);
  const Architecture parent = Draw(&stream);
  const Genotype before = FromArchitecture(parent);
  std::array<int, kMatrices * kNodes> pairs{}, first{}, second{};
  for (int n = 0; n < kDraws; ++n) {
    const Genotype after = FromArchitecture(Resample(&stream, kProbability, parent));
    for (std::size_t at = 0; at < kMatrices * kNodes; ++at) {
      const Node& a = before[at / kNodes][at % kNodes];
      const Node& b = after[at / kNodes][at % kNodes];
      pairs[at] += a[0].input != b[0].input || a[1].input != b[1].input;
      first[at] += a[0].operation != b[0].operation;
      second[at] += a[1].operation != b[1].operation;
    }
  }
  const auto expect = [](int count, std::size_t values) {
    const double rate = kProbability * (1 - 1 / static_cast<double>(values));
    EXPECT_NEAR(count, kDraws * rate, 5 * std::sqrt(kDraws * rate * (1 - rate)));
  };
  for (std::size_t at = 0; at < kMatrices * kNodes; ++at) {
    expect(pairs[at], PairsOf(at % kNodes));
    expect(first[at], kOperations);
    expect(second[at], kOperations);
  }
}

// ---- neighbors, mutate, crossover

// A change in other words: a 1 of the matrices moves along its column, within its node, or along
// its row, and the result is an architecture.
std::set<std::string> NeighboursByMoves(const Architecture& a) {
  std::set<std::string> keys;
  for (std::size_t from = 0; from < kCells; ++from) {
    for (std::size_t to = 0; to < kCells; ++to) {
      if (a[from] != 1 || a[to] != 0 || (from / 7 != to / 7 && from % 7 != to % 7)) { continue; }
      Architecture moved = a;
      moved[from] = 0;
      moved[to] = 1;
      try {
        FromArchitecture(moved);
        keys.insert(Key(moved));
      } catch (const lode::InvalidError&) {}
    }
  }
  return keys;
}

TEST(DartsSpace, NeighboursAreAllArchitecturesOneChangeAway) {
  FixedStream stream(6);
  for (int n = 0; n < 30; ++n) {
    const Architecture a = Draw(&stream);
    const auto list = TheSpace().Neighbours(a);
    std::set<std::string> keys;
    for (const Architecture& neighbour : list) { keys.insert(Key(neighbour)); }
    ASSERT_EQ(list.size(), 120u);
    ASSERT_EQ(keys.size(), 120u);
    ASSERT_EQ(keys, NeighboursByMoves(a));
  }
}

TEST(DartsSpace, NeighboursComeInAFixedOrder) {
  const Genotype genotype = Parse(kDartsV2);
  const auto list = TheSpace().Neighbours(Of(genotype));
  Genotype expected = genotype;
  expected[kNormal][0][0].operation = kMaxPool3x3;
  EXPECT_EQ(list[0], Of(expected));
  expected[kNormal][0][0].operation = kDilConv5x5;
  EXPECT_EQ(list[5], Of(expected));
  expected = genotype;
  expected[kNormal][0][1].operation = kMaxPool3x3;
  EXPECT_EQ(list[6], Of(expected));
  expected = genotype;  // node 3 of the reduction cell: max_pool_3x3 from 1, skip_connect from 2
  expected[kReduce][1] = {{{0, kMaxPool3x3}, {2, kSkipConnect}}};
  EXPECT_EQ(list[60 + 12 + 6], Of(expected));
  expected[kReduce][1] = {{{0, kSkipConnect}, {1, kMaxPool3x3}}};
  EXPECT_EQ(list[60 + 12 + 13], Of(expected));
  expected = genotype;  // node 5 there: max_pool_3x3 from 1, skip_connect from 2
  expected[kReduce][3] = {{{1, kMaxPool3x3}, {4, kSkipConnect}}};
  EXPECT_EQ(list[119], Of(expected));
}

TEST(DartsSpace, NeighboursAreSymmetric) {
  FixedStream stream(7);
  for (int n = 0; n < 20; ++n) {
    const Architecture a = Draw(&stream);
    for (const Architecture& neighbour : TheSpace().Neighbours(a)) {
      const auto back = TheSpace().Neighbours(neighbour);
      ASSERT_EQ(std::count(back.begin(), back.end(), a), 1);
    }
  }
}

TEST(DartsSpace, MutationIsUniformOverTheNeighbours) {
  FixedStream stream(8);
  const Architecture parent = Draw(&stream);
  std::map<std::string, int> met;
  for (const Architecture& neighbour : TheSpace().Neighbours(parent)) { met[Key(neighbour)] = 0; }
  for (int n = 0; n < 120 * 500; ++n) {
    Architecture child(kCells);
    TheSpace().Mutate(stream.random(), parent, child);
    ++met[Key(child)];
  }
  ASSERT_EQ(met.size(), 120u);
  std::vector<int> counts;
  for (const auto& [key, count] : met) { counts.push_back(count); }
  EXPECT_LT(ChiSquareDeviations(counts), 5);
}

TEST(DartsSpace, CrossoverTakesEachNodeFromOneParent) {
  FixedStream stream(9);
  const Genotype mother = Parse(kDartsV1), father = Parse(kPcDartsImage);  // no node in common
  std::vector<int> counts(256);  // by the set of nodes that come from the father
  for (int n = 0; n < 256 * 200; ++n) {
    Architecture a(kCells);
    TheSpace().Crossover(stream.random(), Of(mother), Of(father), a);
    const Genotype child = FromArchitecture(a);
    std::size_t mask = 0;
    for (std::size_t at = 0; at < kMatrices * kNodes; ++at) {
      const Node& node = child[at / kNodes][at % kNodes];
      const bool is_fathers = node == father[at / kNodes][at % kNodes];
      ASSERT_TRUE(is_fathers || node == mother[at / kNodes][at % kNodes]);
      mask = 2 * mask + is_fathers;
    }
    ++counts[mask];
  }
  EXPECT_LT(ChiSquareDeviations(counts), 5);
}

// ---- format, parse, canonical, graph, measure

TEST(DartsSpace, SamplesParseBackToTheirBytes) {
  FixedStream stream(10);
  for (int n = 0; n < 100000; ++n) {
    const Architecture a = Draw(&stream);
    Architecture parsed(kCells);
    TheSpace().Parse(TheSpace().Format(a), parsed);
    ASSERT_EQ(parsed, a);
  }
}

TEST(DartsSpace, CanonicalRenamesBothCells) {
  FixedStream stream(11);
  for (int n = 0; n < 1000; ++n) {
    const Architecture a = Draw(&stream);
    Architecture canonical(kCells);
    TheSpace().Canonical(a, canonical);
    const Genotype genotype = FromArchitecture(a);
    ASSERT_EQ(FromArchitecture(canonical),
              (Genotype{Representative(genotype[0]), Representative(genotype[1])}));
  }
}

TEST(DartsSpace, GraphHasABoxForEachCell) {
  const lode::Graph graph = TheSpace().Graph(Of(Parse(kDartsV2)));
  ASSERT_EQ(graph.nodes.size(), 14u);
  ASSERT_EQ(graph.edges.size(), 24u);
  EXPECT_EQ(graph.nodes[0].group, "normal");
  EXPECT_EQ(graph.nodes[0].label, "c_{k-2}");
  EXPECT_EQ(graph.nodes[6].label, "c_{k}");
  EXPECT_EQ(graph.nodes[7].group, "reduce");
  std::multiset<std::string> edges;
  for (const auto& [from, to, label] : graph.edges) {
    EXPECT_EQ(graph.nodes[from].group, graph.nodes[to].group);
    edges.insert(graph.nodes[from].group + " " + graph.nodes[from].label + " " +
                 graph.nodes[to].label + " " + label);
  }
  EXPECT_EQ(edges.count("normal 0 3 dil_conv_3x3"), 1u);
  EXPECT_EQ(edges.count("normal c_{k-2} 3 skip_connect"), 1u);
  EXPECT_EQ(edges.count("normal 2 c_{k} "), 1u);
  EXPECT_EQ(edges.count("reduce c_{k-1} 1 max_pool_3x3"), 1u);
  EXPECT_EQ(edges.count("reduce 0 1 skip_connect"), 1u);
  EXPECT_EQ(edges.count("reduce 3 c_{k} "), 1u);
}

TEST(DartsSpace, MeasuresTheNetworkOfItsSettings) {
  const auto metrics = TheSpace().Metrics();
  ASSERT_EQ(metrics.size(), 3u);
  EXPECT_EQ(metrics[0].name, "params");
  EXPECT_EQ(metrics[1].name, "macs");
  EXPECT_EQ(metrics[2].name, "all_operations");
  std::array<double, 3> values{};
  TheSpace().Measure(Of(Parse(kPcDartsCifar)), values);
  EXPECT_THAT(values, ElementsAre(3634678, 556670592, Gt(556670592)));
  const Space with_head(lode::Host(nullptr), {"imagenet", 14, 48, 1000, 224, true});
  with_head.Measure(Of(Parse(kPcDartsCifar)), values);
  EXPECT_THAT(values,
              ElementsAre(6531336, 571137408, AllOf(Ge(585.5e6), Lt(586.5e6))));  // 586 M in print
}

TEST(DartsSpace, SettingsThatDoNotMakeANetworkAreRefusedAtCreation) {
  EXPECT_THROW(Space(lode::Host(nullptr), {"cifar", 20, 36, 10, 31, false}), lode::InvalidError);
}

TEST(DartsSpace, TheDefaultsAreTheFirstPreset) {
  const lode::Presets presets = Space::Presets();
  ASSERT_EQ(presets.size(), 3u);
  EXPECT_STREQ(presets[0].name, "cifar10");
  const NetworkSettings defaults;
  EXPECT_EQ(std::get<const char*>(presets[0].settings[0].second), defaults.network);
  EXPECT_EQ(std::get<std::int64_t>(presets[0].settings[1].second), defaults.cells);
  EXPECT_EQ(std::get<std::int64_t>(presets[0].settings[2].second), defaults.channels);
  EXPECT_EQ(std::get<std::int64_t>(presets[0].settings[3].second), defaults.classes);
  EXPECT_EQ(std::get<std::int64_t>(presets[0].settings[4].second), defaults.image_size);
}

}  // namespace
}  // namespace darts
