// The policy of arch2vec_rl: where in the embedding to look next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace arch2vec {

// One step of an episode.
struct Move {
  std::vector<double> state;   // the vector of the architecture before
  std::vector<double> action;  // drawn around the mean that the policy gave
};

// A long short-term memory (Hochreiter and Schmidhuber, 1997) of one layer and a linear map from
// its output to the mean of a normal distribution with deviation 1 in each dimension, from which an
// action is drawn.
//
//   i, f, o = sigmoid(W x + U h + b), g = tanh(W x + U h + b), one part of the rows each
//   c <- f c + i g, h <- o tanh(c), mean = V h + d
class RecurrentPolicy {
 public:
  // What it remembers within an episode.
  struct Memory {
    std::vector<double> cell, output;
  };

  RecurrentPolicy(std::size_t dimensions, std::size_t units);
  // Draws all parameters uniform on +-1/sqrt(units), as PyTorch does.
  void Initialize(lode::Random random);

  Memory Empty() const;
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

  // All that a move's backward pass needs.
  struct Step {
    std::vector<double> gates;  // i, f, g, o
    std::vector<double> cell, tanh_cell, output;
  };

  // Rows of weights, in parameters_ and in gradients alike.
  std::size_t InputRow(std::size_t gate) const { return gate * dimensions_; }
  std::size_t MemoryRow(std::size_t gate) const { return memory_ + gate * units_; }
  std::size_t MeanRow(std::size_t dimension) const { return mean_ + dimension * units_; }

  Step Advance(std::span<const double> state, const Memory& before) const;
  std::vector<double> MeanOf(std::span<const double> output) const;
  void BackpropagateMean(const Move& move, const Step& step, double factor,
                         std::vector<double>& gradient, std::vector<double>& d_output) const;
  void BackpropagateGates(const Move& move, const Step& step, const Memory& before,
                          std::vector<double>& gradient, Memory& d_memory) const;

  std::size_t dimensions_, units_;
  std::size_t memory_, gate_bias_, mean_, mean_bias_;  // offsets; the weights of inputs come first
  std::vector<double> parameters_, first_moment_, second_moment_;
  std::uint64_t steps_ = 0;
};

}  // namespace arch2vec
