// How numbers for a space's decisions become a mixture, and how gradients go back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/sampling/rows.h"

namespace lode::mixtures {

using Mixture = std::vector<double>;  // a number for each cell of a space's matrices

// Values of which a softmax is taken, in a list of more.
struct Group {
  std::size_t first, size;
};

// The groups that follow one another in a list of values.
using Groups = std::vector<Group>;

// The softmax of each group of `logits`.
std::vector<double> Softmax(std::span<const Group> groups, std::span<const double> logits);

// The gradient in the logits of a function with this gradient in their softmax: in a group,
// s_c (g_c - sum of s g).
std::vector<double> SoftmaxGradient(std::span<const Group> groups, std::span<const double> softmax,
                                    std::span<const double> gradient);

enum class Edges {
  kEqual,
  kNormalized  // each node weights the edges that enter it
};
constexpr Edges EdgesOf(bool normalized) { return normalized ? Edges::kNormalized : Edges::kEqual; }

// The rows of a matrix that are edges into one node: they follow one another, and their labels end
// in the same "->node". A row without such a label is alone. Groups count rows of all matrices.
Groups EdgesOfNodes(const Space& space);

// The relaxation of a space's decisions. There is a logit for each cell, and with
// Edges::kNormalized one more for each row. The mixture of a cell is
//
//   the softmax of its row's logits                       (Liu et al., DARTS, ICLR 2019, eq. 2)
//   times that of its edge's logit over all edges that    (Xu et al., PC-DARTS, ICLR 2020,
//   enter the same node                                    section 3.3: edge normalization)
//
// Both are the mixture's factors, in the order of the logits. Operations may be excluded: their
// factors are 0, and the softmax is that of the others.
class Relaxation {
 public:
  explicit Relaxation(const Space& space, Edges edges = Edges::kEqual);

  std::size_t cells() const { return cells_; }
  // The number of logits.
  std::size_t size() const { return size_; }
  const sampling::Rows& rows() const { return rows_; }
  // Of the logits, which have a softmax each.
  std::span<const Group> groups() const { return groups_; }

  // Which operations there are, a byte for each cell: at least one in each row.
  ArchitectureView operations() const { return operations_; }
  void Restrict(ArchitectureView operations);

  std::vector<double> Factors(std::span<const double> logits) const;
  // The mixture with these factors, and the gradient in them of a function with this gradient in
  // the mixture.
  Mixture Compose(std::span<const double> factors) const;
  std::vector<double> FactorGradient(std::span<const double> factors,
                                     std::span<const double> gradient) const;

  Mixture Mix(std::span<const double> logits) const { return Compose(Factors(logits)); }
  // The gradient in the logits of a function with this gradient in their mixture.
  std::vector<double> Backpropagate(std::span<const double> logits,
                                    std::span<const double> gradient) const;

 private:
  sampling::Rows rows_;
  std::size_t cells_, size_;
  Groups groups_;
  Architecture operations_;
};

}  // namespace lode::mixtures
