#include "plugins/spaces/darts/genotype.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/testing.hpp>
#include <string>

#include "plugins/spaces/darts/drawn.h"
#include "tests/failure.h"

namespace darts {
namespace {

using lode::test::FixedStream;

using lode::Architecture;
using ::testing::ElementsAre;

std::string FailureOf(const Architecture& a) {
  return lode::Failure<lode::InvalidError>([&] { FromArchitecture(a); });
}

TEST(DartsGenotype, RowsAreTheEdgesByNodeAndInput) {
  EXPECT_THAT(RowLabels(), ElementsAre("0->2", "1->2", "0->3", "1->3", "2->3", "0->4", "1->4",
                                       "2->4", "3->4", "0->5", "1->5", "2->5", "3->5", "4->5"));
  EXPECT_EQ(FirstRowOf(0), 0u);
  EXPECT_EQ(FirstRowOf(1), 2u);
  EXPECT_EQ(FirstRowOf(2), 5u);
  EXPECT_EQ(FirstRowOf(3), 9u);
}

TEST(DartsGenotype, BytesHaveOneForEachEdge) {
  Genotype genotype{};  // max_pool_3x3 on every edge
  for (Cell& cell : genotype) {
    for (Node& node : cell) { node = {{{0, kMaxPool3x3}, {1, kMaxPool3x3}}}; }
  }
  genotype[kReduce][3] = {{{1, kDilConv5x5}, {4, kSkipConnect}}};
  Architecture expected(kCells);
  for (const std::size_t row : {0, 1, 2, 3, 5, 6, 9, 10}) { expected[7 * row] = 1; }
  for (const std::size_t row : {0, 1, 2, 3, 5, 6}) { expected[98 + 7 * row] = 1; }
  expected[98 + 7 * 10 + 6] = expected[98 + 7 * 13 + 2] = 1;
  EXPECT_EQ(Of(genotype), expected);
  EXPECT_EQ(FromArchitecture(expected), genotype);
}

TEST(DartsGenotype, OtherBytesAreRefused) {
  const Architecture good = Of({CellFromIndex(0), CellFromIndex(0)});  // inputs 0 and 1, max_pool
  const struct {
    std::size_t at;
    std::uint8_t value;
    const char* message;
  } kFaults[] = {
      {0, 0, "matrix normal: node 2 has edges from 1 inputs, expected from 2"},
      {0, 2, "matrix normal, row 0->2 is neither all 0 nor one 1 among zeros"},
      {6, 1, "matrix normal, row 0->2 is neither all 0 nor one 1 among zeros"},
      {6, 255, "matrix normal, row 0->2 is neither all 0 nor one 1 among zeros"},
      {7 * 13, 1, "matrix normal: node 5 has edges from 3 inputs, expected from 2"},
      {98 + 7 * 4 + 3, 1, "matrix reduce: node 3 has edges from 3 inputs, expected from 2"},
      {195, 7, "matrix reduce, row 4->5 is neither all 0 nor one 1 among zeros"},
  };
  ASSERT_EQ(FailureOf(good), "");
  for (const auto& [at, value, message] : kFaults) {
    Architecture a = good;
    a[at] = value;
    EXPECT_EQ(FailureOf(a), message) << at;
  }
  EXPECT_NE(FailureOf(Architecture(kCells)), "");
  EXPECT_NE(FailureOf(Architecture(kCells, 1)), "");
}

// The inverse of CellFromIndex, or kCellCount if the cell is not one of the space.
std::uint64_t IndexOf(const Cell& cell) {
  std::uint64_t index = 0, weight = 1;
  for (std::size_t node = 0; node < kNodes; ++node) {
    std::size_t pair = 0;
    while (pair < PairsOf(node) && (kInputPairs[pair].first != cell[node][0].input ||
                                    kInputPairs[pair].second != cell[node][1].input)) {
      ++pair;
    }
    if (pair == PairsOf(node)) { return kCellCount; }
    index +=
        weight *
        (pair + PairsOf(node) * (cell[node][0].operation + kOperations * cell[node][1].operation));
    weight *= PairsOf(node) * kOperations * kOperations;
  }
  return weight == kCellCount ? index : kCellCount;
}

TEST(DartsGenotype, IndicesMapOneToOneToCells) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    const InputPair last = kInputPairs[PairsOf(node) - 1];
    EXPECT_EQ(last.first + 2u, InputsOf(node));
    EXPECT_EQ(last.second + 1u, InputsOf(node));
  }
  FixedStream stream(1);
  for (int n = 0; n < 100000; ++n) {
    const auto index = static_cast<std::uint32_t>(stream.random().Below(kCellCount));
    ASSERT_EQ(IndexOf(CellFromIndex(index)), index);
    ASSERT_EQ(ToIndex(CellFromIndex(index)), index);
  }
  EXPECT_EQ(IndexOf(CellFromIndex(0)), 0u);
  EXPECT_EQ(IndexOf(CellFromIndex(kCellCount - 1)), kCellCount - 1);
}

TEST(DartsGenotype, BytesReadBackToTheGenotype) {
  FixedStream stream(2);
  for (int n = 0; n < 100000; ++n) {
    const Genotype genotype = DrawGenotype(stream);
    ASSERT_EQ(FromArchitecture(Of(genotype)), genotype);
  }
}

}  // namespace
}  // namespace darts
