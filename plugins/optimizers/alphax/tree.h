// The search tree: its nodes are partial architectures, its edges decisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <vector>

#include "plugins/optimizers/alphax/reward_scale.h"
#include "toolkit/sampling/rows.h"

namespace alphax {

using lode::sampling::Choices;

// A node of depth d has the choices of the first d rows, its prefix; a leaf has those of all rows.
// The root's prefix is empty. A node that was not visited need not exist.
//
// A proposal under way is a loss for each node that its simulation passed: a visit with the value
// 0, the least. This is the virtual loss of parallel tree search. Its success turns the loss into a
// visit with a value; if it fails, the loss remains.
//
// A closed node has nothing to propose: a leaf that was proposed or told, a prefix that no
// architecture has, or a node all of whose children are closed.
class Tree {
 public:
  struct Statistics {
    double sum = 0;  // of the visits' values, in the unit of the reward
    std::uint64_t visits = 0;
    std::uint64_t losses = 0;

    std::uint64_t count() const { return visits + losses; }
  };

  explicit Tree(const std::vector<lode::sampling::Row>& rows);

  // Descends from the root until it meets a node that was not visited, and returns its prefix. A
  // node's children are visited once each, in random order; then it descends into the open child
  // with the largest UCB1. REQUIRES: the root is not closed.
  Choices Select(lode::Random random, const RewardInterval& interval, double exploration) const;

  // The mean value on `interval`, where a loss counts 0, plus 2 c sqrt(2 ln(N) / n), with the
  // visits and losses N of the parent and n of the child (equation 1 of the paper).
  // REQUIRES: both counts are positive.
  static double Ucb1(const Statistics& parent, const Statistics& child,
                     const RewardInterval& interval, double exploration);

  // Adds a loss to the root and to all nodes down to `prefix`.
  void Begin(std::span<const std::uint32_t> prefix);
  // Turns a loss of each of these nodes into a visit. REQUIRES: Begin(prefix) before.
  void Succeed(std::span<const std::uint32_t> prefix, double value);

  void Close(std::span<const std::uint32_t> prefix);
  bool IsClosed(std::span<const std::uint32_t> prefix) const;
  bool exhausted() const { return nodes_[kRoot].closed; }

  // The number of first choices that lead through visited nodes only.
  std::size_t VisitedDepth(std::span<const std::uint32_t> choices) const;
  // A random child that is not closed; none if there is no such child.
  std::optional<std::uint32_t> DrawOpenChild(lode::Random random,
                                             std::span<const std::uint32_t> prefix) const;
  // Zeros if the node does not exist.
  Statistics At(std::span<const std::uint32_t> prefix) const;

 private:
  using Index = std::uint32_t;
  static constexpr Index kRoot = 0;
  static constexpr Index kNone = 0;  // as a child

  struct Node {
    Statistics statistics;
    bool closed = false;
    std::vector<Index> children;  // empty, or one for each choice
  };

  // Returns the child's index, kNone if it does not exist.
  Index Child(Index node, std::uint32_t choice) const;
  // The node of a prefix; nullptr if it does not exist.
  const Node* Find(std::span<const std::uint32_t> prefix) const;
  // The indexes of the root and of all nodes down to `prefix`, which exist from now on.
  std::vector<Index> MakePath(std::span<const std::uint32_t> prefix);
  bool IsOpen(Index node, std::uint32_t choice) const;
  std::vector<std::uint32_t> OpenChildren(Index node, std::size_t depth) const;
  std::uint32_t SelectChild(lode::Random random, Index node, std::size_t depth,
                            const RewardInterval& interval, double exploration) const;

  std::vector<lode::sampling::Row> rows_;
  std::vector<Node> nodes_;
};

}  // namespace alphax
