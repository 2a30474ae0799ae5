#include "plugins/nb201/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace nb201 {
namespace {

// Short names, so that a test reads as the cell it is about.
constexpr Operation kN = kNone, kS = kSkipConnect, kC1 = kConv1x1, kC3 = kConv3x3, kP = kAvgPool3x3;

bool Same(const Cell& a, const Cell& b) { return Representative(a) == Representative(b); }

TEST(Canonical, HasThisManyClasses) {
  std::set<std::uint32_t> representatives;
  for (std::uint32_t i = 0; i < kArchitectures; ++i)
    representatives.insert(ToIndex(Representative(FromIndex(i))));
  // Counted independently, over all orders of the convolutions, by a program of a different make.
  EXPECT_EQ(representatives.size(), 5653u);
}

TEST(Canonical, TheRepresentativeIsTheLowestOfItsClass) {
  std::map<FunctionKey, std::uint32_t> lowest;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const std::uint32_t expected = lowest.try_emplace(KeyOf(FromIndex(i)), i).first->second;
    ASSERT_EQ(ToIndex(Representative(FromIndex(i))), expected);
    ASSERT_EQ(Representative(FromIndex(expected)), FromIndex(expected));
  }
}

// The edges of a Cell: 0->1, 0->2, 1->2, 0->3, 1->3, 2->3.

TEST(Canonical, WhatReachesNoOutputIsLeftOut) {
  EXPECT_EQ(Representative({kC3, kC1, kP, kN, kN, kN}), Cell{});
  EXPECT_TRUE(Same({kC3, kN, kN, kC1, kN, kN}, {kN, kN, kN, kC1, kN, kN}));
}

TEST(Canonical, SkipsAreTransparent) {
  EXPECT_TRUE(Same({kS, kN, kN, kN, kC3, kN}, {kN, kN, kN, kC3, kN, kN}));
  EXPECT_TRUE(Same({kC3, kN, kS, kN, kN, kC1}, {kC3, kN, kN, kN, kC1, kN}));
}

TEST(Canonical, MiddleNodesMaySwap) {
  EXPECT_TRUE(Same({kC1, kC3, kN, kN, kP, kS}, {kC3, kC1, kN, kN, kS, kP}));
  EXPECT_FALSE(Same({kC1, kC3, kN, kN, kP, kS}, {kC1, kC3, kN, kN, kS, kP}));
}

TEST(Canonical, SumsKeepMultiplicity) {
  EXPECT_FALSE(Same({kS, kN, kN, kS, kS, kN}, {kN, kN, kN, kS, kN, kN}));  // 2x, x
  EXPECT_TRUE(Same({kS, kN, kN, kS, kS, kN}, {kN, kS, kN, kS, kN, kS}));   // 2x both
}

TEST(Canonical, PoolingIsLinear) {
  // pool(x + c(x)) = pool(x) + pool(c(x))
  EXPECT_TRUE(Same({kC3, kS, kS, kN, kN, kP}, {kC3, kN, kN, kP, kP, kN}));
}

TEST(Canonical, AConvolutionOfASumIsNotASumOfConvolutions) {
  EXPECT_FALSE(Same({kC3, kS, kS, kN, kN, kC1}, {kC3, kN, kN, kC1, kC1, kN}));
}

TEST(Canonical, OneConvolutionReadTwiceIsNotTwoConvolutions) {
  EXPECT_FALSE(Same({kC3, kN, kS, kN, kS, kS}, {kC3, kC3, kN, kN, kS, kS}));  // 2 a(x), a(x) + b(x)
}

TEST(Canonical, AConvolutionOfZerosIsNotZero) {
  EXPECT_FALSE(Same({kN, kN, kN, kS, kC3, kN}, {kN, kN, kN, kS, kN, kN}));
  EXPECT_TRUE(Same({kN, kN, kN, kS, kP, kS}, {kN, kN, kN, kS, kN, kN}));  // pool and skip of it are
}

// An independent view of sameness: cells computed with numbers. Each edge gets a function of its
// own, and all 720 ways to hand the six functions to the six edges are tried; equal cells, and they
// alone, have the same set of outputs.
class Evaluator {
 public:
  // The set of values at the output over all orders of six functions, modulo a prime.
  static std::vector<std::uint64_t> Values(const Cell& cell) {
    std::array<std::uint64_t, kEdges> function = {1, 2, 3, 4, 5, 6};
    std::set<std::uint64_t> values;
    do {
      values.insert(Output(cell, function));
    } while (std::next_permutation(function.begin(), function.end()));
    return {values.begin(), values.end()};
  }

 private:
  static constexpr std::uint64_t kPrime = 2147483647;

  static std::uint64_t Output(const Cell& cell, const std::array<std::uint64_t, kEdges>& function) {
    std::array<std::uint64_t, kNodes> node = {12345, 0, 0, 0};
    for (std::size_t e = 0; e < kEdges; ++e) {
      const std::uint64_t in = node[kEdgeOrder[e].from];
      std::uint64_t& out = node[kEdgeOrder[e].to];
      out = (out + Apply(cell[e], in, function[e])) % kPrime;
    }
    return node[kNodes - 1];
  }
  // Pooling is linear, a convolution is not and does not map zero to zero.
  static std::uint64_t Apply(Operation o, std::uint64_t in, std::uint64_t function) {
    switch (o) {
      case kNone:
        return 0;
      case kSkipConnect:
        return in;
      case kAvgPool3x3:
        return in * 48271 % kPrime;
      case kConv1x1:
        return ((in + 101 * function) % kPrime * in + 7919 * function) % kPrime;
      case kConv3x3:
        return ((in + 103 * function) % kPrime * in + 104729 * function) % kPrime;
    }
    return 0;
  }
};

TEST(Canonical, EqualCellsComputeTheSameAndOthersDoNot) {
  std::map<std::vector<std::uint64_t>, Cell> by_values;
  std::set<Cell> representatives;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const Cell cell = FromIndex(i);
    const Cell representative = Representative(cell);
    const auto [at, is_new] = by_values.try_emplace(Evaluator::Values(cell), representative);
    ASSERT_EQ(at->second, representative) << Format(cell);
    ASSERT_EQ(is_new, representatives.insert(representative).second) << Format(cell);
  }
}

}  // namespace
}  // namespace nb201
