// The sparse codes of ista_nas.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/diff_ista_nas/lasso.h"
#include "toolkit/mixtures/relaxation.h"

namespace diff_ista_nas {

// For each node j of a space, which has the operations of all edges that enter it: a sparse code
// z_j, a number for each operation, and its compression b_j = A_j z_j, which is what is learned.
// b_j has at most `dimensions` numbers, and at most half as many as z_j.
//
// S(z_j), the support, are as many of the largest entries |z| as an architecture has operations at
// the node. On it the mixture is (section 3.2 of the paper)
//
//   b A - z_S (A^T A - I)
//
// which is z where b = A z_S; elsewhere it is 0.
class SparseCodes {
 public:
  SparseCodes(const lode::Space& space, std::size_t dimensions, double penalty);

  // Draws the bases A uniform on [0, 1), and b with this standard deviation.
  void Initialize(lode::Random random, double deviation);
  // Solves for the codes that have the compression of now, and finds their supports.
  void Recover();

  lode::mixtures::Mixture Mix() const;
  // The gradient in the compression of a function with this gradient in the mixture.
  std::vector<double> Backpropagate(std::span<const double> mixture_gradient) const;

  std::vector<double>& compressed() { return compressed_; }
  const std::vector<double>& compressed() const { return compressed_; }
  const std::vector<double>& bases() const { return bases_; }
  // Those of Recover, a number for each cell.
  const std::vector<double>& codes() const { return codes_; }

  void Save(lode::Writer& writer) const;
  // Throws lode::IoError for numbers that Save does not write; *this is then unchanged.
  void Load(lode::Reader& reader);

 private:
  struct Node {
    std::size_t first, cells;       // of the mixture
    std::size_t begin, dimensions;  // of the compression
    std::size_t basis;              // where A begins
    std::size_t operations;         // of an architecture
  };

  Basis BasisOf(const Node& node) const {
    return {node.dimensions, std::span(bases_).subspan(node.basis, node.dimensions * node.cells)};
  }
  void FindSupport();

  double penalty_;
  std::vector<Node> nodes_;
  std::vector<double> bases_, compressed_, codes_;
  std::vector<std::size_t> support_;  // cells, by nodes
};

}  // namespace diff_ista_nas
