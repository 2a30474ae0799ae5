#include "plugins/spaces/nb201/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <lode/testing.hpp>
#include <map>
#include <numeric>
#include <set>

#include "plugins/spaces/nb201/table.h"
#include "tests/extreme_floats.h"
#include "tests/failure.h"
#include "tests/mangled.h"

namespace nb201 {
namespace {

using lode::Architecture;
using lode::test::FixedStream;
using ::testing::ElementsAre;

const Space& TheSpace() {
  static const Space space(lode::Host(nullptr), {});
  return space;
}

Architecture Of(const Cell& cell) {
  Architecture a(kCells);
  ToArchitecture(cell, a);
  return a;
}
Architecture Of(std::uint32_t index) { return Of(FromIndex(index)); }

Architecture Discretize(const std::vector<float>& action) {
  Architecture a(kCells);
  TheSpace().Discretize(action, a);
  return a;
}

// Pearson's statistic against equal frequencies.
template <class Counts>
double ChiSquare(const Counts& counts, double expected) {
  double sum = 0;
  for (const auto& [key, count] : counts) {
    sum += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected);
  }
  return sum / expected;
}

std::string ParseFailure(std::string_view text) {
  Architecture out(kCells);
  return lode::Failure<lode::InvalidError>([&] { TheSpace().Parse(text, out); });
}

constexpr std::string_view kBest =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~"
    "2|";

TEST(Nb201Space, HasOneMatrixOfEdgesAndOperations) {
  const auto matrices = TheSpace().Matrices();
  ASSERT_EQ(matrices.size(), 1u);
  EXPECT_EQ(matrices[0].name, "cell");
  EXPECT_THAT(matrices[0].row_labels, ElementsAre("0->1", "0->2", "1->2", "0->3", "1->3", "2->3"));
  EXPECT_THAT(matrices[0].column_labels,
              ElementsAre("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"));
  EXPECT_DOUBLE_EQ(TheSpace().Log10Size(), 6 * std::log10(5.0));
}

TEST(Nb201Space, StringsHaveThePublishedForm) {
  EXPECT_EQ(TheSpace().Format(Of(0u)), "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
  const Cell best = {kConv3x3, kConv3x3, kAvgPool3x3, kSkipConnect, kConv3x3, kSkipConnect};
  EXPECT_EQ(TheSpace().Format(Of(best)), kBest);
}

TEST(Nb201Space, EveryStringParsesBackToItsArchitecture) {
  std::set<std::string> texts;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    ASSERT_EQ(ToIndex(FromIndex(i)), i);
    const Architecture a = Of(i);
    const std::string text = TheSpace().Format(a);
    Architecture parsed(kCells);
    TheSpace().Parse(text, parsed);
    ASSERT_EQ(parsed, a) << text;
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), kArchitectures);
}

TEST(Nb201Space, ParseErrorsNameThePosition) {
  const struct {
    const char *text, *message;
  } kFaults[] = {
      {"", "column 1: expected \"|\" before edge 0->1, found the end"},
      {"none~0|", "column 1: expected \"|\" before edge 0->1, found \"none~0|\""},
      {"|nor_conv_3x~0|",
       "column 2: unknown operation \"nor_conv_3x\" on edge 0->1 (nearest: \"nor_conv_3x3\")"},
      {"|none~0|+|skip~0|none~1|",
       "column 11: unknown operation \"skip\" on edge 0->2 (nearest: \"none\")"},
      {"|None~0|", "column 2: unknown operation \"None\" on edge 0->1 (nearest: \"none\")"},
      {"|~0|", "column 2: expected an operation for edge 0->1"},
      {"|none0|", "column 2: unknown operation \"none0\" on edge 0->1 (nearest: \"none\")"},
      {"|none|+|", "column 2: expected \"~0\" after \"none\""},
      {"|none~1|", "column 7: expected \"0\" as the input of edge 0->1, found \"1|\""},
      {"|none~0|none~0|", "column 9: expected \"|+|\" before edge 0->2, found \"none~0|\""},
      {"|none~0|+|none~0|+|", "column 18: expected an operation for edge 1->2"},
      {"|none~0|+|none~0|none~1|+|none~0|none~1|none~2",
       "column 47: expected \"|\" at the end, found the end"},
      {"|none~0|+|none~0|none~1|+|none~0|none~1|none~2| ",
       "column 48: expected the end, found \" \""},
      {"|a\x01\xff~0|",
       "column 2: unknown operation \"a\\x01\\xff\" on edge 0->1 (nearest: \"none\")"},
  };
  for (const auto& [text, message] : kFaults) { EXPECT_EQ(ParseFailure(text), message) << text; }
}

TEST(Nb201Space, EveryPrefixAndEveryChangedCharacterIsRefused) {
  for (const std::string& text : lode::Mangled(kBest)) {
    EXPECT_NE(ParseFailure(text), "") << text;
  }
  EXPECT_EQ(ParseFailure(kBest), "");
}

TEST(Nb201Space, BytesThatAreNotAnArchitectureAreRefused) {
  const auto failure = [](const Architecture& a) -> std::string {
    return lode::Failure<lode::InvalidError>([&] { TheSpace().Format(a); });
  };
  Architecture a = Of(0u);
  a[11] = 1;
  EXPECT_EQ(failure(a), "row 1->2 does not have exactly one 1 among zeros");
  a = Of(0u);
  a[0] = 0;
  EXPECT_EQ(failure(a), "row 0->1 does not have exactly one 1 among zeros");
  a = Of(0u);
  a[29] = 2;
  EXPECT_EQ(failure(a), "row 2->3 does not have exactly one 1 among zeros");
}

TEST(Nb201Space, DiscretizeTakesTheLargestOfEachRow) {
  for (std::uint32_t i = 0; i < kArchitectures; i += 7) {
    const Architecture a = Of(i);
    std::vector<float> action(kCells);
    for (std::size_t k = 0; k < kCells; ++k) {
      action[k] = a[k] == 1 ? 0.6f : 0.1f * static_cast<float>(k % 5);
    }
    EXPECT_EQ(Discretize(action), a);
  }
}

TEST(Nb201Space, DiscretizeTakesTheFirstOfEquals) {
  EXPECT_EQ(Discretize(std::vector<float>(kCells, 0.5f)), Of(0u));
  std::vector<float> action(kCells, -1.0f);
  for (std::size_t e = 0; e < kEdges; ++e) { action[5 * e + 2] = action[5 * e + 4] = 3.0f; }
  EXPECT_EQ(Discretize(action),
            Of(Cell{kConv1x1, kConv1x1, kConv1x1, kConv1x1, kConv1x1, kConv1x1}));
  // 0.0 and -0.0 are equal.
  std::vector<float> zeros(kCells, 0.0f);
  for (std::size_t e = 0; e < kEdges; ++e) { zeros[5 * e] = -0.0f; }
  EXPECT_EQ(Discretize(zeros), Of(0u));
}

TEST(Nb201Space, DiscretizeIsValidForEveryFiniteAction) {
  FixedStream stream(3);
  for (int n = 0; n < 20000; ++n) {
    std::vector<float> action(kCells);
    for (float& a : action) {
      a = lode::kExtremeFloats[stream.random().Below(lode::kExtremeFloats.size())];
    }
    const Cell cell = FromArchitecture(Discretize(action));  // throws if invalid
    for (std::size_t k = 0; k < kCells; ++k) {
      ASSERT_LE(action[k], action[k / kOperations * kOperations + cell[k / kOperations]]);
    }
  }
}

TEST(Nb201Space, SampleIsUniform) {
  FixedStream stream(5);
  std::map<std::uint32_t, int> counts;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) { counts[i] = 0; }
  for (std::uint32_t n = 0; n < 50 * kArchitectures; ++n) {
    Architecture a(kCells);
    TheSpace().Sample(stream.random(), a);
    ++counts[ToIndex(FromArchitecture(a))];
  }
  const double freedom = kArchitectures - 1;
  EXPECT_NEAR(ChiSquare(counts, 50), freedom, 4 * std::sqrt(2 * freedom));
}

TEST(Nb201Space, MutationIsUniformOverTheNeighbours) {
  FixedStream stream(7);
  for (const std::uint32_t parent : {0u, 777u, kArchitectures - 1}) {
    std::map<std::uint32_t, int> counts;
    for (int n = 0; n < 24 * 2000; ++n) {
      Architecture child(kCells);
      TheSpace().Mutate(stream.random(), Of(parent), child);
      ++counts[ToIndex(FromArchitecture(child))];
    }
    const auto neighbours = TheSpace().Neighbours(Of(parent));
    ASSERT_EQ(counts.size(), neighbours.size());
    for (const Architecture& n : neighbours) {
      EXPECT_TRUE(counts.contains(ToIndex(FromArchitecture(n))));
    }
    EXPECT_LT(ChiSquare(counts, 2000),
              49.7);  // 23 degrees of freedom: one in a thousand
  }
}

// Computed from the definition: a node of 1 to 3, one of its inputs, another operation. By chance
// the statistic exceeds the bound once in a million.
TEST(Nb201Space, NodeFirstMutationDrawsANodeAndThenItsInput) {
  const Space space(lode::Host(nullptr), {.mutation = "node_first"});
  FixedStream stream(17);
  const Cell parent = FromIndex(7777);
  constexpr std::size_t kOther = kOperations - 1;
  constexpr double kDraws = 36000;
  std::array<std::array<double, kOther>, kEdges> counts{};
  for (int n = 0; n < kDraws; ++n) {
    Architecture child(kCells);
    space.Mutate(stream.random(), Of(parent), child);
    const Cell cell = FromArchitecture(child);
    std::size_t changed = kEdges;
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (cell[e] == parent[e]) { continue; }
      ASSERT_EQ(changed, kEdges) << "two edges differ";
      changed = e;
    }
    ASSERT_LT(changed, kEdges) << "nothing differs";
    ++counts[changed][cell[changed] - (cell[changed] > parent[changed])];
  }
  double statistic = 0;
  for (std::size_t e = 0; e < kEdges; ++e) {
    const double expected = kDraws / 3 / kEdgeOrder[e].to / kOther;
    for (const double count : counts[e]) {
      statistic += (count - expected) * (count - expected) / expected;
    }
  }
  EXPECT_LT(statistic, 71.2);  // 23 degrees of freedom
}

TEST(Nb201Space, CrossoverTakesEachEdgeFromOneParent) {
  FixedStream stream(11);
  const Cell mother{}, father = FromIndex(kArchitectures - 1);
  std::map<std::uint32_t, int> counts;  // by the set of edges that come from the father
  for (int n = 0; n < 64 * 500; ++n) {
    Architecture child(kCells);
    TheSpace().Crossover(stream.random(), Of(mother), Of(father), child);
    std::uint32_t mask = 0;
    for (const Operation o : FromArchitecture(child)) {
      ASSERT_TRUE(o == mother[0] || o == father[0]);
      mask = 2 * mask + (o == father[0]);
    }
    ++counts[mask];
  }
  EXPECT_EQ(counts.size(), 64u);
  EXPECT_LT(ChiSquare(counts, 500),
            103.4);  // 63 degrees of freedom: one in a thousand
}

TEST(Nb201Space, NeighboursComeInAFixedOrder) {
  const auto list = TheSpace().Neighbours(Of(0u));
  ASSERT_EQ(list.size(), 24u);
  std::size_t k = 0;
  for (std::size_t e = 0; e < kEdges; ++e) {
    for (std::uint8_t o = 1; o < kOperations; ++o) {
      Cell cell{};
      cell[e] = static_cast<Operation>(o);
      EXPECT_EQ(list[k++], Of(cell));
    }
  }
}

TEST(Nb201Space, NeighboursAreSymmetric) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    for (const Architecture& n : TheSpace().Neighbours(Of(i))) {
      pairs.emplace(i, ToIndex(FromArchitecture(n)));
    }
  }
  EXPECT_EQ(pairs.size(), 24 * kArchitectures);
  for (const auto& [a, b] : pairs) {
    ASSERT_NE(a, b);
    ASSERT_TRUE(pairs.contains({b, a}));
  }
}

TEST(Nb201Space, ResampleDrawsEachEdgeFromAllItsOperations) {
  FixedStream stream(13);
  const Cell parent = {kNone, kSkipConnect, kConv1x1, kConv3x3, kAvgPool3x3, kConv3x3};
  constexpr int kDraws = 20000;
  constexpr double kProbability = 0.3;
  std::array<std::map<std::uint32_t, int>, kEdges> counts;
  std::map<int, int> changes;  // how often each number of edges changed
  for (int n = 0; n < kDraws; ++n) {
    Architecture child(kCells);
    TheSpace().Resample(stream.random(), kProbability, Of(parent), child);
    const Cell cell = FromArchitecture(child);
    int changed = 0;
    for (std::size_t e = 0; e < kEdges; ++e) {
      ++counts[e][cell[e]];
      changed += cell[e] != parent[e];
    }
    ++changes[changed];
  }
  for (std::size_t e = 0; e < kEdges; ++e) {
    for (std::uint32_t o = 0; o < kOperations; ++o) {
      const double share = kProbability / kOperations + (o == parent[e] ? 1 - kProbability : 0);
      EXPECT_NEAR(counts[e][o], kDraws * share, 4 * std::sqrt(kDraws * share * (1 - share)))
          << e << ' ' << o;
    }
  }
  // Edges are drawn independently: none changes with probability (1 - 0.3 * 4/5)^6.
  const double none = std::pow(1 - kProbability * 0.8, 6);
  EXPECT_NEAR(changes[0], kDraws * none, 4 * std::sqrt(kDraws * none * (1 - none)));
}

TEST(Nb201Space, ResampleWithProbabilityZeroOrOne) {
  FixedStream stream(17);
  std::map<std::uint32_t, int> counts;
  for (int n = 0; n < 1000; ++n) {
    Architecture same(kCells), any(kCells);
    TheSpace().Resample(stream.random(), 0, Of(777u), same);
    EXPECT_EQ(same, Of(777u));
    TheSpace().Resample(stream.random(), 1, Of(777u), any);
    ++counts[ToIndex(FromArchitecture(any))];
  }
  EXPECT_GT(counts.size(), 940u);  // of 15625; about 969 are expected
}

using EdgeList = std::vector<std::array<std::string, 3>>;
EdgeList EdgesOf(const lode::Graph& graph) {
  EdgeList list;
  for (const auto& [from, to, label] : graph.edges) {
    list.push_back({graph.nodes[from].label, graph.nodes[to].label, label});
  }
  return list;
}

TEST(Nb201Space, DrawsTheCellWithoutNone) {
  const Cell cell = {kConv3x3, kNone, kAvgPool3x3, kSkipConnect, kNone, kConv1x1};
  const lode::Graph graph = TheSpace().Graph(Of(cell));
  ASSERT_EQ(graph.nodes.size(), 4u);
  for (const auto& node : graph.nodes) { EXPECT_EQ(node.group, "cell"); }
  EXPECT_EQ(EdgesOf(graph), (EdgeList{{"input", "node 1", "nor_conv_3x3"},
                                      {"node 1", "node 2", "avg_pool_3x3"},
                                      {"input", "output", "skip_connect"},
                                      {"node 2", "output", "nor_conv_1x1"}}));
  EXPECT_EQ(TheSpace().Graph(Of(0u)).nodes.size(), 4u);
  EXPECT_TRUE(TheSpace().Graph(Of(0u)).edges.empty());
  EXPECT_EQ(TheSpace().Graph(Of(kArchitectures - 1)).edges.size(), kEdges);
}

std::array<double, 2> Measure(const Space& space, const Architecture& architecture) {
  std::array<double, 2> metrics{-1, -1};
  space.Measure(architecture, metrics);
  return metrics;
}

TEST(Nb201Space, MeasuresWhatTheBenchmarkCounted) {
  for (const char* dataset : {"cifar10", "cifar100", "imagenet16"}) {
    const Space space(lode::Host(nullptr), {.dataset = dataset});
    ASSERT_EQ(space.Metrics().size(), 2u);
    EXPECT_EQ(space.Metrics()[0].name, "params");
    EXPECT_EQ(space.Metrics()[1].name, "macs");
    EXPECT_EQ(space.Metrics()[1].dataset, dataset);
    const std::string name = dataset;
    const Table table = ReadTable(
        LODE_SOURCE_DIR "/plugins/spaces/nb201/nb201.tsv.gz",
        {name + "_valid", name + "_test", "params_" + name, "mflops_" + name, name + "_seconds"});
    for (std::uint32_t i = 0; i < kArchitectures; ++i) {
      const auto [params, macs] = Measure(space, Of(i));
      ASSERT_EQ(params, table[i].params);
      ASSERT_EQ(macs, std::round(table[i].mflops * 1e6));
    }
  }
}

// Every count is computed by hand. 4 channels, 1 cell: the stem has 3*3*3*4 weights and 2*4 of
// batch norm; cells have 4, 8, 16 channels; the residual block to C channels has 9*C*C/2 + 9*C*C +
// C*C/2 weights and 4*C of batch norms; the end has 2*16 and 16*10 + 10.
TEST(Nb201Space, MeasuresOtherNetworks) {
  const Space space(lode::Host(nullptr), {.channels = 4, .cells = 1});
  const double to_8 = 288 + 576 + 32, to_16 = 1152 + 2304 + 128;
  const double params = 108 + 8 + (to_8 + 32) + (to_16 + 64) + 32 + 170;
  const double macs = 108 * 1024 + to_8 * 256 + to_16 * 64 + 170;
  EXPECT_THAT(Measure(space, Of(0u)), ElementsAre(params, macs));
  // One 1x1 convolution on one edge: C*C weights and 2*C of batch norm in each stage.
  Cell cell{};
  cell[2] = kConv1x1;
  EXPECT_THAT(Measure(space, Of(cell)), ElementsAre(params + 16 + 64 + 256 + 2 * (4 + 8 + 16),
                                                    macs + 16 * 1024 + 64 * 256 + 256 * 64));
  const Space three(lode::Host(nullptr), {.channels = 4, .cells = 3});
  EXPECT_THAT(Measure(three, Of(0u)), ElementsAre(params, macs));
  EXPECT_THAT(Measure(three, Of(cell)), ElementsAre(params + 3 * (16 + 64 + 256 + 2 * (4 + 8 + 16)),
                                                    macs + 3 * (16 * 1024 + 64 * 256 + 256 * 64)));
}

}  // namespace
}  // namespace nb201
