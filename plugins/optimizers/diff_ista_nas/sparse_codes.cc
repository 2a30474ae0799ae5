#include "plugins/optimizers/diff_ista_nas/sparse_codes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "toolkit/mixtures/adam.h"

namespace diff_ista_nas {

using lode::mixtures::Mixture;

SparseCodes::SparseCodes(const lode::Space& space, std::size_t dimensions, double penalty)
    : penalty_(penalty), codes_(space.cells()) {
  const lode::sampling::Rows rows(space);
  const lode::Architecture any = space.Discretize(lode::Action(space.cells()));
  for (const lode::mixtures::Group& edges : lode::mixtures::EdgesOfNodes(space)) {
    Node node{rows.list()[edges.first].first, 0, compressed_.size(), 0, bases_.size(), 0};
    for (const auto& row : std::span(rows.list()).subspan(edges.first, edges.size)) {
      node.cells += row.columns;
    }
    const auto cells = std::span(any).subspan(node.first, node.cells);
    node.operations = static_cast<std::size_t>(std::ranges::count(cells, 1));
    node.dimensions = std::min(dimensions, (node.cells + 1) / 2);
    compressed_.resize(compressed_.size() + node.dimensions);
    bases_.resize(bases_.size() + node.dimensions * node.cells);
    nodes_.push_back(node);
  }
}

void SparseCodes::Initialize(lode::Random random, double deviation) {
  for (double& x : bases_) { x = random.Uniform(); }
  for (double& x : compressed_) { x = deviation * random.Normal(); }
}

void SparseCodes::Recover() {
  for (const Node& node : nodes_) {
    const auto b = std::span(compressed_).subspan(node.begin, node.dimensions);
    std::ranges::copy(Lasso(BasisOf(node), b, penalty_),
                      codes_.begin() + static_cast<std::ptrdiff_t>(node.first));
  }
  FindSupport();
}

void SparseCodes::FindSupport() {
  support_.clear();
  for (const Node& node : nodes_) {
    std::vector<std::size_t> cells(node.cells);
    std::iota(cells.begin(), cells.end(), node.first);
    std::ranges::stable_sort(cells, std::greater(), [&](auto c) { return std::abs(codes_[c]); });
    cells.resize(node.operations);
    support_.insert(support_.end(), cells.begin(), cells.end());
  }
}

// A_c z_S is the part of b that the codes explain: A^T A z_S at c is the column's product with it.
Mixture SparseCodes::Mix() const {
  Mixture mixture(codes_.size());
  auto next = support_.begin();
  for (const Node& node : nodes_) {
    const std::span cells(next, next + static_cast<std::ptrdiff_t>(node.operations));
    next += static_cast<std::ptrdiff_t>(node.operations);
    const Basis basis = BasisOf(node);
    std::vector<double> rest(node.dimensions);  // b - A z_S
    for (std::size_t i = 0; i < rest.size(); ++i) { rest[i] = compressed_[node.begin + i]; }
    for (const std::size_t c : cells) {
      const std::span<const double> column = basis.column(c - node.first);
      for (std::size_t i = 0; i < rest.size(); ++i) { rest[i] -= column[i] * codes_[c]; }
    }
    for (const std::size_t c : cells) {
      mixture[c] = codes_[c] + Dot(basis.column(c - node.first), rest);
    }
  }
  return mixture;
}

std::vector<double> SparseCodes::Backpropagate(std::span<const double> mixture_gradient) const {
  std::vector<double> gradient(compressed_.size());
  auto next = support_.begin();
  for (const Node& node : nodes_) {
    for (std::size_t k = 0; k < node.operations; ++k, ++next) {
      const std::span<const double> column = BasisOf(node).column(*next - node.first);
      for (std::size_t i = 0; i < column.size(); ++i) {
        gradient[node.begin + i] += mixture_gradient[*next] * column[i];
      }
    }
  }
  return gradient;
}

void SparseCodes::Save(lode::Writer& writer) const {
  for (const auto* values : {&bases_, &compressed_, &codes_}) { writer.Values(std::span(*values)); }
}

void SparseCodes::Load(lode::Reader& reader) {
  SparseCodes read = *this;
  for (auto* values : {&read.bases_, &read.compressed_, &read.codes_}) {
    lode::mixtures::ReadTrained(reader, *values);
  }
  read.FindSupport();
  *this = std::move(read);
}

}  // namespace diff_ista_nas
