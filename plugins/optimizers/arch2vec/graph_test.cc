#include "plugins/optimizers/arch2vec/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace arch2vec {
namespace {

// Two edges in parallel from a node to another one, and one on; each has an operation or is absent.
class EdgeSpace : public lode::ChoiceSpace {
 public:
  struct Config {};
  EdgeSpace(lode::Host, const Config&)
      : ChoiceSpace(lode::DecisionsOf({{"edges", {"0", "1", "2"}, {"none", "pool", "conv"}}})) {}
  lode::Graph Graph(lode::ArchitectureView architecture) const {
    lode::Graph graph{{{"", "in"}, {"", "middle"}, {"", "out"}}, {}};
    const std::vector<std::size_t> choices = ChoicesOf(architecture);
    const char* const labels[] = {"", "pool, 3x3", "conv"};
    for (std::size_t e = 0; e < 3; ++e) {
      if (choices[e] > 0) { graph.edges.push_back({e / 2, e / 2 + 1, labels[choices[e]]}); }
    }
    return graph;
  }
};

// One to three nodes in a chain.
class NodeSpace : public lode::ChoiceSpace {
 public:
  struct Config {};
  NodeSpace(lode::Host, const Config&)
      : ChoiceSpace(lode::DecisionsOf({{"depth", {"depth"}, {"1", "2", "3"}}})) {}
  lode::Graph Graph(lode::ArchitectureView architecture) const {
    lode::Graph graph{{{"", "stem"}}, {}};
    for (std::size_t n = 0; n <= ChoicesOf(architecture)[0]; ++n) {
      graph.nodes.push_back({"", "layer, " + std::to_string(n)});
      graph.edges.push_back({n, n + 1, ""});
    }
    return graph;
  }
};

// A stem, a unit of one or two equal layers, another unit, and a head.
class UnitSpace : public lode::ChoiceSpace {
 public:
  struct Config {};
  UnitSpace(lode::Host, const Config&)
      : ChoiceSpace(lode::DecisionsOf({{"depths", {"first", "second"}, {"1", "2"}}})) {}
  lode::Graph Graph(lode::ArchitectureView architecture) const {
    const std::vector<std::size_t> choices = ChoicesOf(architecture);
    lode::Graph graph{{{"", "stem"}}, {}};
    for (std::size_t unit = 0; unit < 2; ++unit) {
      for (std::size_t n = 0; n <= choices[unit]; ++n) {
        graph.nodes.push_back({"unit " + std::to_string(unit), "layer"});
      }
    }
    graph.nodes.push_back({"", "head"});
    for (std::size_t n = 1; n < graph.nodes.size(); ++n) { graph.edges.push_back({n - 1, n, ""}); }
    return graph;
  }
};

std::vector<lode::Architecture> Parsed(const lode::Space& space,
                                       const std::vector<std::string>& texts) {
  std::vector<lode::Architecture> list;
  for (const std::string& text : texts) { list.push_back(space.Parse(text)); }
  return list;
}

TEST(GraphReaderTest, OperationsOnEdgesBecomeNodesAlsoWhereThereIsNone) {
  const lode::test::BoundSpace<EdgeSpace> bound;
  const auto examples =
      Parsed(bound.space(), {"conv,conv,conv", "none,none,none", "pool,conv,conv"});
  const GraphReader reader(bound.space(), examples);
  EXPECT_EQ(reader.operations(), 5u);  // in, out, none, pool, conv
  const NodeGraph full = reader.Read(examples[0]).front();
  const NodeGraph empty = reader.Read(examples[1]).front();
  EXPECT_EQ(full.arcs, (Arcs{{0, 1}, {1, 3}, {0, 2}, {2, 3}, {3, 4}}));
  EXPECT_EQ(empty.arcs, full.arcs);
  ASSERT_EQ(full.operations.size(), 5u);
  EXPECT_EQ(std::set(full.operations.begin() + 1, full.operations.end() - 1).size(), 1u);
  EXPECT_EQ(full.operations.front(), empty.operations.front());
  EXPECT_EQ(full.operations.back(), empty.operations.back());
  EXPECT_NE(full.operations[1], empty.operations[1]);
}

TEST(GraphReaderTest, OperationsOnNodesStayWhereTheyAre) {
  const lode::test::BoundSpace<NodeSpace> bound;
  const auto examples = Parsed(bound.space(), {"1", "3"});
  const GraphReader reader(bound.space(), examples);
  EXPECT_EQ(reader.operations(), 2u);
  EXPECT_EQ(reader.Read(examples[0]).front().operations.size(), 2u);
  const NodeGraph deep = reader.Read(examples[1]).front();
  EXPECT_EQ(deep.arcs, (Arcs{{0, 1}, {1, 2}, {2, 3}}));
  EXPECT_EQ(deep.operations[1], deep.operations[3]);
}

TEST(GraphReaderTest, EachGroupThatVariesIsAPartWithAnInputAndAnOutput) {
  const lode::test::BoundSpace<UnitSpace> bound;
  const auto examples = Parsed(bound.space(), {"1,1", "2,1", "1,2"});
  const GraphReader reader(bound.space(), examples);
  EXPECT_EQ(reader.parts(), 2u);       // not the stem and the head, which are always the same
  EXPECT_EQ(reader.operations(), 3u);  // layer, input, output
  const std::vector<NodeGraph> parts = reader.Read(examples[1]);
  ASSERT_EQ(parts.size(), 2u);
  ASSERT_EQ(parts[0].operations.size(), 4u);
  EXPECT_EQ(parts[0].operations[0], parts[0].operations[1]);
  EXPECT_NE(parts[0].operations[2], parts[0].operations[3]);
  EXPECT_EQ(parts[0].arcs, (Arcs{{0, 1}, {0, 2}, {1, 3}}));
  EXPECT_EQ(parts[1].operations.size(), 3u);
  EXPECT_EQ(parts[1].arcs, (Arcs{{0, 1}, {0, 2}}));
  EXPECT_EQ(reader.Read(examples[2])[1].operations, parts[0].operations);
}

TEST(GraphReaderTest, ASingleExampleHasAllParts) {
  const lode::test::BoundSpace<UnitSpace> bound;
  EXPECT_EQ(GraphReader(bound.space(), Parsed(bound.space(), {"1,1"})).parts(), 3u);
}

TEST(GraphReaderTest, CellsOfDartsAndUnitsOfOnceForAllAreParts) {
  for (const auto& [name, parts] : {std::pair{"darts", 2u}, {"ofa", 5u}}) {
    const lode::test::SpaceInstance loaded(lode::test::LoadComponent(
        std::string(LODE_BINARY_DIR "/lib/lode/plugins/") + name + ".lode.so", name));
    lode::test::FixedStream stream(1);
    std::vector<lode::Architecture> examples;
    for (int i = 0; i < 50; ++i) { examples.push_back(loaded.space().Sample(stream.random())); }
    EXPECT_EQ(GraphReader(loaded.space(), examples).parts(), parts) << name;
  }
}

TEST(GraphReaderTest, DecisionsAreAChainWhereThereIsNoGraph) {
  const lode::test::Grid grid(4, 3);
  const auto examples = Parsed(grid.space(), {"0-1-1-0", "0-0-0-0"});
  const GraphReader reader(grid.space(), examples);
  EXPECT_EQ(reader.operations(), 4u);  // input, output, 0, 1
  const NodeGraph graph = reader.Read(examples[0]).front();
  EXPECT_EQ(graph.arcs, (Arcs{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}}));
  EXPECT_EQ(graph.operations[1], graph.operations[4]);
  EXPECT_NE(graph.operations[1], graph.operations[2]);
  const NodeGraph unknown = reader.Read(grid.space().Parse("2-2-2-2")).front();
  EXPECT_EQ(unknown.operations[2], reader.operations());
}

// The form of arch2vec's program: input, six operations, output; the arcs of its matrix.
TEST(GraphReaderTest, ACellOfNasBench201HasTheEightNodesOfTheProgram) {
  const lode::test::SpaceInstance nb201(
      lode::test::LoadComponent(LODE_BINARY_DIR "/lib/lode/plugins/nb201.lode.so", "nb201"));
  const auto examples =
      Parsed(nb201.space(),
             {"|nor_conv_3x3~0|+|none~0|skip_connect~1|+|nor_conv_1x1~0|avg_pool_3x3~1|none~2|",
              "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|"
              "nor_conv_3x3~2|"});
  const GraphReader reader(nb201.space(), examples);
  EXPECT_EQ(reader.operations(), 7u);
  NodeGraph graph = reader.Read(examples[0]).front();
  // Places are sorted by their first node: 0->1, 0->2, 0->3, 1->2, 1->3, 2->3.
  std::ranges::sort(graph.arcs);
  EXPECT_EQ(graph.arcs,
            (Arcs{{0, 1}, {0, 2}, {0, 3}, {1, 4}, {1, 5}, {2, 6}, {3, 7}, {4, 6}, {5, 7}, {6, 7}}));
  EXPECT_EQ(std::set(graph.operations.begin(), graph.operations.end()).size(), 7u);
  EXPECT_EQ(graph.operations[2], graph.operations[6]);  // both are none
}

}  // namespace
}  // namespace arch2vec
