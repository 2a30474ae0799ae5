#include "plugins/optimizers/alphax/tree.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <set>
#include <vector>

namespace alphax {
namespace {

using lode::test::TestHost;

constexpr RewardInterval kUnit{0, 1};

class TreeTest : public testing::Test {
 protected:
  // Two rows of three columns.
  Tree Make() const { return Tree({{0, 3, false}, {3, 3, false}}); }
  Choices Select(const Tree& tree, double exploration = 0.5) {
    return tree.Select(random_, kUnit, exploration);
  }
  static void Visit(Tree& tree, const Choices& prefix, double value) {
    tree.Begin(prefix);
    tree.Succeed(prefix, value);
  }

  TestHost host_;
  const lode::Random random_ = host_.host().Random();
};

// With 4 visits of the parent and 2 of the child, 2 c sqrt(2 ln(4) / 2) = 2 c sqrt(ln 4).
TEST_F(TreeTest, Ucb1IsTheMeanAndABonusForRareVisits) {
  const Tree::Statistics parent{2, 4, 0}, child{1.4, 2, 0};
  EXPECT_NEAR(Tree::Ucb1(parent, child, kUnit, 0), 0.7, 1e-15);
  EXPECT_NEAR(Tree::Ucb1(parent, child, kUnit, 0.5), 0.7 + std::sqrt(std::log(4)), 1e-12);
  // From 60 to 70: the mean of 63 and 67 is 65, the middle.
  EXPECT_NEAR(Tree::Ucb1(parent, {130, 2, 0}, {60, 70}, 0), 0.5, 1e-15);
}

// Two visits of 0.9 and one loss: the mean is 0.6, and the loss counts as a visit in the bonus.
TEST_F(TreeTest, ALossCountsAsAVisitOfValue0) {
  EXPECT_NEAR(Tree::Ucb1({0, 6, 1}, {1.8, 2, 1}, kUnit, 0), 0.6, 1e-15);
  EXPECT_NEAR(Tree::Ucb1({0, 6, 1}, {1.8, 2, 1}, kUnit, 1),
              0.6 + 2 * std::sqrt(2 * std::log(7) / 3), 1e-12);
  EXPECT_EQ(Tree::Ucb1({0, 0, 1}, {0, 0, 1}, kUnit, 1), 0);
}

TEST_F(TreeTest, VisitsTheRootThenEachOfItsChildrenOnce) {
  Tree tree = Make();
  EXPECT_EQ(Select(tree), Choices{});
  Visit(tree, {}, 0.5);
  std::set<Choices> children;
  for (int i = 0; i < 3; ++i) {
    const Choices prefix = Select(tree);
    EXPECT_EQ(prefix.size(), 1u);
    EXPECT_TRUE(children.insert(prefix).second);
    Visit(tree, prefix, 0.5);
  }
  EXPECT_EQ(Select(tree).size(), 2u);
}

TEST_F(TreeTest, ValuesAddUpAlongThePath) {
  Tree tree = Make();
  Visit(tree, {}, 0.5);
  Visit(tree, {1}, 0.25);
  Visit(tree, {1, 2}, 1);
  Visit(tree, {0}, 0.125);
  EXPECT_EQ(tree.At({}).sum, 1.875);
  EXPECT_EQ(tree.At({}).visits, 4u);
  EXPECT_EQ(tree.At(Choices{1}).sum, 1.25);
  EXPECT_EQ(tree.At(Choices{1}).visits, 2u);
  EXPECT_EQ(tree.At(Choices{1, 2}).sum, 1);
  EXPECT_EQ(tree.At(Choices{0}).sum, 0.125);
  EXPECT_EQ(tree.At(Choices{2}).count(), 0u);
  EXPECT_EQ(tree.VisitedDepth(Choices{1, 2}), 2u);
  EXPECT_EQ(tree.VisitedDepth(Choices{1, 0}), 1u);
  EXPECT_EQ(tree.VisitedDepth(Choices{2, 0}), 0u);
}

// Means 0.9, 0.5 and 0.1 with one visit each, out of 3: the bonus is the same for all. Another six
// visits of 0.9 leave the first one 2 c sqrt(2 ln(9) / 7) = 1.585 c, the others 2 c sqrt(2 ln 9) =
// 4.193 c: with c = 0.1 the first, 1.058, is ahead of the second, 0.919; with 0.2, behind.
TEST_F(TreeTest, DescendsIntoTheLargestUcb1) {
  Tree tree = Make();
  Visit(tree, {0}, 0.9);
  Visit(tree, {1}, 0.5);
  Visit(tree, {2}, 0.1);
  EXPECT_EQ(Select(tree)[0], 0u);
  for (int i = 0; i < 6; ++i) { Visit(tree, {0}, 0.9); }
  EXPECT_EQ(Select(tree, 0.1)[0], 0u);
  EXPECT_EQ(Select(tree, 0.2)[0], 1u);
}

// The virtual loss: while proposals from the best child are under way, others are selected.
TEST_F(TreeTest, ProposalsUnderWayLeadElsewhere) {
  Tree tree = Make();
  Visit(tree, {0}, 0.9);
  Visit(tree, {1}, 0.5);
  Visit(tree, {2}, 0.1);
  EXPECT_EQ(Select(tree, 0.01)[0], 0u);
  tree.Begin(Choices{0});
  EXPECT_EQ(tree.At(Choices{0}).losses, 1u);
  EXPECT_EQ(Select(tree, 0.01)[0], 1u);
  tree.Succeed(Choices{0}, 0.9);
  EXPECT_EQ(tree.At(Choices{0}).losses, 0u);
  EXPECT_EQ(Select(tree, 0.01)[0], 0u);
}

TEST_F(TreeTest, ClosesANodeWhenAllItsChildrenAre) {
  Tree tree = Make();
  Visit(tree, {}, 0.5);
  for (std::uint32_t c = 0; c < 3; ++c) {
    EXPECT_FALSE(tree.IsClosed(Choices{1}));
    tree.Close(Choices{1, c});
    EXPECT_TRUE(tree.IsClosed(Choices{1, c}));
  }
  EXPECT_TRUE(tree.IsClosed(Choices{1}));
  EXPECT_FALSE(tree.exhausted());
  tree.Close(Choices{0});  // a prefix that no architecture has
  EXPECT_TRUE(tree.IsClosed(Choices{0, 1}));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Select(tree), Choices{2});
    EXPECT_EQ(tree.DrawOpenChild(random_, {}), 2u);
  }
  tree.Close(Choices{2});
  EXPECT_TRUE(tree.exhausted());
  EXPECT_EQ(tree.DrawOpenChild(random_, {}), std::nullopt);
}

// A row that competes has one more choice: none of its columns.
TEST_F(TreeTest, ARowThatCompetesMayBeLeftOut) {
  Tree tree({{0, 2, true}});
  tree.Close(Choices{0});
  tree.Close(Choices{1});
  EXPECT_FALSE(tree.exhausted());
  EXPECT_EQ(tree.DrawOpenChild(random_, {}), 2u);
  tree.Close(Choices{2});
  EXPECT_TRUE(tree.exhausted());
}

}  // namespace
}  // namespace alphax
