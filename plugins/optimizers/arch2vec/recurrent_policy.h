// The policy of arch2vec_rl: where in the embedding to look next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/networks/lstm.h"

namespace arch2vec {

// One step of an episode.
struct Move {
  std::vector<double> state;   // the vector of the architecture before
  std::vector<double> action;  // drawn around the mean that the policy gave
};

// A long short-term memory of one layer and a linear map from its output to the mean of a normal
// distribution with deviation 1 in each dimension, from which an action is drawn.
class RecurrentPolicy {
 public:
  using Memory = lode::networks::Lstm::Memory;  // what it remembers within an episode

  RecurrentPolicy(std::size_t dimensions, std::size_t units);
  // Draws all parameters uniform on +-1/sqrt(units), as PyTorch does.
  void Initialize(lode::Random random);

  Memory Empty() const { return lstm_.Empty(); }
  // The mean of the next action; `memory` moves on.
  std::vector<double> Mean(std::span<const double> state, Memory& memory) const;

  // The gradient, in all parameters, of the sum over an episode's moves of factor x (logarithm of
  // the action's density), one factor each.
  std::vector<double> Gradient(std::span<const Move> episode,
                               std::span<const double> factors) const;
  // One step of Adam, with PyTorch's defaults, that ascends a gradient.
  void Ascend(std::span<const double> gradient, double learning_rate);

  std::vector<double>& parameters() { return parameters_; }

 private:
  static constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

  // Rows of weights, in parameters_ and in gradients alike.
  std::size_t MeanRow(std::size_t dimension) const { return mean_ + dimension * lstm_.units(); }
  std::vector<double> MeanOf(std::span<const double> output) const;
  void BackpropagateMean(const Move& move, std::span<const double> output, double factor,
                         std::vector<double>& gradient, std::vector<double>& d_output) const;

  std::size_t dimensions_;
  lode::networks::Lstm lstm_;     // its parameters come first
  std::size_t mean_, mean_bias_;  // offsets
  std::vector<double> parameters_, first_moment_, second_moment_;
  std::uint64_t steps_ = 0;
};

}  // namespace arch2vec
