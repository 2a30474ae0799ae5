#include "toolkit/encodings/graph_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace lode::encodings {
namespace {

struct Operation {
  std::size_t from, to;
  std::string label;
};

// Four nodes in one cell, like those of NAS-Bench-201.
lode::Graph Cell(const std::vector<Operation>& operations) {
  lode::Graph graph;
  for (const char* label : {"in", "1", "2", "out"}) { graph.nodes.push_back({"cell", label}); }
  for (const auto& [from, to, label] : operations) { graph.edges.push_back({from, to, label}); }
  return graph;
}

// All edges are in some example, so "in" is the input and "out" the output.
GraphReader Reader() {
  const std::vector<lode::Graph> examples = {Cell(
      {{0, 1, "a"}, {0, 2, "b"}, {1, 2, "skip_connect"}, {0, 3, "a"}, {1, 3, "b"}, {2, 3, "a"}})};
  return GraphReader(examples);
}

std::vector<std::uint64_t> SortedPaths(const lode::Graph& graph) {
  auto paths = Reader().Read(graph).paths;
  std::ranges::sort(paths);
  return paths;
}

TEST(GraphReader, CountsPathsByTheirOperations) {
  const GraphCounts counts =
      Reader().Read(Cell({{0, 1, "a"}, {1, 2, "b"}, {2, 3, "a"}, {0, 2, "b"}, {0, 3, "skip"}}));
  ASSERT_EQ(counts.outputs.size(), 1u);
  EXPECT_EQ(counts.outputs[0].paths, 3);  // a b a; b a; nothing
  EXPECT_EQ(counts.outputs[0].longest, 3u);
  EXPECT_EQ(counts.paths.size(), 3u);
  EXPECT_EQ(counts.operations.size(), 5u);
}

TEST(GraphReader, OrderMattersAndIdentitiesDoNot) {
  const auto a_then_b = SortedPaths(Cell({{0, 1, "a"}, {1, 3, "b"}}));
  EXPECT_EQ(a_then_b, SortedPaths(Cell({{0, 1, "a"}, {1, 2, "skip_connect"}, {2, 3, "b"}})));
  EXPECT_EQ(a_then_b, SortedPaths(Cell({{0, 2, "a"}, {2, 3, "b"}})));
  EXPECT_NE(a_then_b, SortedPaths(Cell({{0, 1, "b"}, {1, 3, "a"}})));
  EXPECT_NE(a_then_b, SortedPaths(Cell({{0, 1, "a"}, {1, 3, "a"}})));
}

// Node 1 has no input here, and node 2 no output.
TEST(GraphReader, WhatIsOnNoPathIsNotCounted) {
  const GraphCounts counts = Reader().Read(Cell({{1, 3, "a"}, {0, 2, "b"}, {0, 3, "b"}}));
  EXPECT_EQ(counts.paths.size(), 1u);
  EXPECT_EQ(counts.operations.size(), 1u);
  EXPECT_EQ(counts.outputs[0].longest, 1u);
}

TEST(GraphReader, NoneCutsAPath) {
  EXPECT_EQ(SortedPaths(Cell({{0, 1, "a"}, {1, 3, "none"}, {0, 3, "b"}})),
            SortedPaths(Cell({{0, 3, "b"}})));
  const GraphCounts nothing = Reader().Read(Cell({}));
  EXPECT_THAT(nothing.paths, testing::IsEmpty());
  EXPECT_EQ(nothing.outputs[0].paths, 0);
}

// A chain whose operations are its nodes, with details after commas.
lode::Graph Chain(const std::vector<std::string>& layers) {
  lode::Graph graph;
  graph.nodes.push_back({"", "stem, 16 channels"});
  for (const std::string& layer : layers) { graph.nodes.push_back({"unit", layer}); }
  graph.nodes.push_back({"", "head, 32 channels"});
  for (std::size_t n = 1; n < graph.nodes.size(); ++n) { graph.edges.push_back({n - 1, n, ""}); }
  return graph;
}

TEST(GraphReader, ReadsOperationsOfNodesWhereEdgesHaveNone) {
  const std::vector<lode::Graph> examples = {Chain({"k3, 8", "k5, 8"}), Chain({"k5, 8", "k3, 8"})};
  const GraphReader reader(examples);
  const GraphCounts counts = reader.Read(Chain({"k3, 8", "k3, 24"}));
  ASSERT_EQ(counts.operations.size(), 3u);  // with the head
  EXPECT_EQ(counts.operations[0], counts.operations[1]);
  EXPECT_NE(counts.operations[0], counts.operations[2]);
  EXPECT_EQ(counts.outputs[0].longest, 3u);
  EXPECT_EQ(counts.paths.size(), 1u);
}

TEST(GraphReader, ManyPathsAreNumberedButNotListed) {
  lode::Graph ladder;  // two ways for each of 20 steps
  ladder.nodes.push_back({"", "0"});
  for (std::size_t i = 1; i <= 20; ++i) {
    ladder.nodes.push_back({"", std::to_string(i)});
    ladder.edges.push_back({i - 1, i, "a"});
    ladder.edges.push_back({i - 1, i, "b"});
  }
  const GraphCounts counts = GraphReader(std::vector{ladder}).Read(ladder);
  EXPECT_EQ(counts.outputs[0].paths, 1 << 20);
  EXPECT_LE(counts.paths.size(), GraphReader::kMostPaths);
}

TEST(GraphReader, ACycleHasNothingToCount) {
  lode::Graph cycle = Cell({{0, 1, "a"}, {1, 2, "a"}, {2, 1, "a"}, {2, 3, "a"}});
  EXPECT_THAT(Reader().Read(cycle).outputs, testing::IsEmpty());
}

}  // namespace
}  // namespace lode::encodings
