#include "toolkit/mixtures/relaxation.h"

#include <algorithm>
#include <limits>
#include <lode/math.hpp>
#include <string>

namespace lode::mixtures {
namespace {

// The node that an edge enters; "" if the label is no edge's.
std::string TargetOf(const std::string& label) {
  const std::size_t arrow = label.rfind("->");
  return arrow == std::string::npos ? "" : label.substr(arrow + 2);
}

}  // namespace

std::vector<double> Softmax(std::span<const Group> groups, std::span<const double> logits) {
  std::vector<double> result(logits.size());
  for (const Group& group : groups) {
    const auto in = logits.subspan(group.first, group.size);
    const auto out = std::span(result).subspan(group.first, group.size);
    const double largest = *std::ranges::max_element(in);
    double sum = 0;
    for (std::size_t c = 0; c < in.size(); ++c) { sum += out[c] = math::Exp(in[c] - largest); }
    for (double& weight : out) { weight /= sum; }
  }
  return result;
}

std::vector<double> SoftmaxGradient(std::span<const Group> groups, std::span<const double> softmax,
                                    std::span<const double> gradient) {
  std::vector<double> result(softmax.size());
  for (const Group& group : groups) {
    double mean = 0;
    for (std::size_t c = group.first; c < group.first + group.size; ++c) {
      mean += softmax[c] * gradient[c];
    }
    for (std::size_t c = group.first; c < group.first + group.size; ++c) {
      result[c] = softmax[c] * (gradient[c] - mean);
    }
  }
  return result;
}

Groups EdgesOfNodes(const Space& space) {
  Groups nodes;
  std::size_t row = 0;
  for (const Matrix& matrix : space.matrices()) {
    std::string last;
    for (const std::string& label : matrix.row_labels) {
      const std::string target = TargetOf(label);
      if (target.empty() || target != last) { nodes.push_back({row, 0}); }
      ++nodes.back().size;
      ++row;
      last = target;
    }
  }
  return nodes;
}

Relaxation::Relaxation(const Space& space, Edges edges)
    : rows_(space), cells_(space.cells()), size_(cells_), operations_(cells_, 1) {
  for (const sampling::Row& row : rows_.list()) { groups_.push_back({row.first, row.columns}); }
  if (edges == Edges::kEqual) { return; }
  size_ += rows_.size();
  for (const Group& node : EdgesOfNodes(space)) {
    groups_.push_back({cells_ + node.first, node.size});
  }
}

void Relaxation::Restrict(ArchitectureView operations) {
  operations_.assign(operations.begin(), operations.end());
}

std::vector<double> Relaxation::Factors(std::span<const double> logits) const {
  std::vector<double> present(logits.begin(), logits.end());
  for (std::size_t c = 0; c < cells_; ++c) {
    if (operations_[c] == 0) { present[c] = -std::numeric_limits<double>::infinity(); }
  }
  return Softmax(groups_, present);
}

Mixture Relaxation::Compose(std::span<const double> factors) const {
  Mixture mixture(factors.begin(), factors.begin() + static_cast<std::ptrdiff_t>(cells_));
  for (std::size_t r = 0; size_ > cells_ && r < rows_.size(); ++r) {
    const sampling::Row& row = rows_.list()[r];
    for (double& weight : std::span(mixture).subspan(row.first, row.columns)) {
      weight *= factors[cells_ + r];
    }
  }
  return mixture;
}

std::vector<double> Relaxation::FactorGradient(std::span<const double> factors,
                                               std::span<const double> gradient) const {
  std::vector<double> result(gradient.begin(), gradient.end());
  if (size_ == cells_) { return result; }
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const sampling::Row& row = rows_.list()[r];
    double sum = 0;
    for (std::size_t c = row.first; c < row.first + row.columns; ++c) {
      sum += factors[c] * gradient[c];
      result[c] *= factors[cells_ + r];
    }
    result.push_back(sum);
  }
  return result;
}

std::vector<double> Relaxation::Backpropagate(std::span<const double> logits,
                                              std::span<const double> gradient) const {
  const std::vector<double> factors = Factors(logits);
  return SoftmaxGradient(groups_, factors, FactorGradient(factors, gradient));
}

}  // namespace lode::mixtures
