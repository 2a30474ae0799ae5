#include "plugins/spaces/darts/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <lode/testing.hpp>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

#include "plugins/spaces/darts/cost.h"

namespace darts {
namespace {

using lode::test::FixedStream;

Cell DrawCell(FixedStream* stream) {
  return CellFromIndex(static_cast<std::uint32_t>(stream->random().Below(kCellCount)));
}

// (input, operation) by node and input.
using Written = std::vector<std::pair<std::size_t, int>>;

// A cell as a graph without an order of nodes: edges from, to, operation.
using Edges = std::vector<std::tuple<std::size_t, std::size_t, int>>;

Edges EdgesOf(const Cell& cell) {
  Edges edges;
  for (std::size_t n = 0; n < kNodes; ++n) {
    for (const Edge& e : cell[n]) { edges.emplace_back(e.input, n + 2, e.operation); }
  }
  return edges;
}

// Returns all renamings of nodes 2 to 5 in which every edge ascends.
std::set<Written> RenamingsOf(const Cell& cell) {
  std::set<Written> all;
  std::array<std::size_t, 6> name{};
  std::iota(name.begin(), name.end(), std::size_t{0});
  do {
    Edges edges;
    for (const auto& [from, to, operation] : EdgesOf(cell)) {
      edges.emplace_back(name[to], name[from], operation);
    }
    if (std::any_of(edges.begin(), edges.end(),
                    [](const auto& e) { return std::get<1>(e) >= std::get<0>(e); })) {
      continue;
    }
    std::sort(edges.begin(), edges.end());
    Written written;
    for (const auto& [to, from, operation] : edges) { written.emplace_back(from, operation); }
    all.insert(written);
  } while (std::next_permutation(name.begin() + 2, name.end()));
  return all;
}

Written Write(const Cell& cell) {
  Written list;
  for (const Node& node : cell) {
    for (const Edge& e : node) { list.emplace_back(e.input, e.operation); }
  }
  return list;
}

Cell Read(const Written& list) {
  Cell cell{};
  for (std::size_t i = 0; i < list.size(); ++i) {
    cell[i / 2][i % 2] = {static_cast<std::uint8_t>(list[i].first),
                          static_cast<Operation>(list[i].second)};
  }
  return cell;
}

TEST(DartsCanonical, IsTheLeastOfAllRenamings) {
  FixedStream stream(1);
  for (int n = 0; n < 4000; ++n) {
    const Cell cell = DrawCell(&stream);
    ASSERT_EQ(Write(Representative(cell)), *RenamingsOf(cell).begin());
  }
}

TEST(DartsCanonical, AllRenamingsHaveOneRepresentativeAndOneCost) {
  FixedStream stream(2);
  const NetworkCosts costs{NetworkSettings{}};
  std::size_t renamed = 0;
  for (int n = 0; n < 2000; ++n) {
    const Cell cell = DrawCell(&stream);
    const Cell representative = Representative(cell);
    ASSERT_EQ(Representative(representative), representative);
    const auto renamings = RenamingsOf(cell);
    renamed += renamings.size() - 1;
    for (const auto& list : renamings) {
      const Cell other = Read(list);
      ASSERT_EQ(Representative(other), representative);
      const Cost a = costs.Of({cell, cell}), b = costs.Of({other, other});
      ASSERT_EQ(a.parameters, b.parameters);
      ASSERT_EQ(a.macs, b.macs);
    }
  }
  EXPECT_GT(renamed, 0u);
}

// Four nodes that read only the cell's inputs may be in any order; nodes in a chain only in one.
TEST(DartsCanonical, IndependentNodesAreSorted) {
  const Node a = {{{0, kMaxPool3x3}, {1, kSkipConnect}}},
             b = {{{0, kMaxPool3x3}, {1, kDilConv3x3}}}, c = {{{0, kSepConv3x3}, {1, kMaxPool3x3}}},
             d = {{{0, kDilConv5x5}, {1, kMaxPool3x3}}};
  const Cell sorted = {a, b, c, d};
  EXPECT_EQ(RenamingsOf(sorted).size(), 24u);
  EXPECT_EQ(Representative({d, c, b, a}), sorted);
  EXPECT_EQ(Representative({b, d, a, c}), sorted);
}

TEST(DartsCanonical, AChainStaysUnchanged) {
  const Cell chain = {{{{{0, kDilConv5x5}, {1, kDilConv5x5}}},
                       {{{0, kSepConv3x3}, {2, kSkipConnect}}},
                       {{{0, kMaxPool3x3}, {3, kSkipConnect}}},
                       {{{0, kAvgPool3x3}, {4, kSkipConnect}}}}};
  EXPECT_EQ(RenamingsOf(chain).size(), 1u);
  EXPECT_EQ(Representative(chain), chain);
}

TEST(DartsCanonical, ANodesReadersFollowIt) {
  const Cell cell = {{{{{0, kSepConv3x3}, {1, kSepConv3x3}}},
                      {{{0, kMaxPool3x3}, {1, kMaxPool3x3}}},
                      {{{2, kSkipConnect}, {3, kDilConv3x3}}},
                      {{{3, kSkipConnect}, {4, kAvgPool3x3}}}}};
  const Cell swapped = {{{{{0, kMaxPool3x3}, {1, kMaxPool3x3}}},
                         {{{0, kSepConv3x3}, {1, kSepConv3x3}}},
                         {{{2, kDilConv3x3}, {3, kSkipConnect}}},
                         {{{2, kSkipConnect}, {4, kAvgPool3x3}}}}};
  EXPECT_EQ(Representative(cell), swapped);
}

}  // namespace
}  // namespace darts
