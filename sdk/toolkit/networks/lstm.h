// A long short-term memory (Hochreiter and Schmidhuber, 1997) and its gradient, in doubles, for
// small recurrent policies: the same bits on every machine.
//
//   i, f, o = sigmoid(W x + U h + b), g = tanh(W x + U h + b), one part of the rows each
//   c <- f c + i g, h <- o tanh(c)
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lode::networks {

double Sigmoid(double x);
double Tanh(double x);

// One layer. Its parameters and their gradient are parts of the caller's lists: W, U and b, rows of
// the gates i, f, g, o.
class Lstm {
 public:
  // What it remembers.
  struct Memory {
    std::vector<double> cell, output;
  };
  // A step, with all that its backward pass needs.
  struct Step {
    std::vector<double> gates;  // i, f, g, o
    std::vector<double> cell, tanh_cell, output;

    Memory memory() const { return {cell, output}; }
  };

  Lstm(std::size_t inputs, std::size_t units);

  // The number of its parameters.
  std::size_t size() const { return bias_ + kGates * units_; }
  std::size_t units() const { return units_; }

  Memory Empty() const { return {std::vector<double>(units_), std::vector<double>(units_)}; }
  Step Advance(std::span<const double> parameters, std::span<const double> input,
               const Memory& before) const;
  // Takes the gradient in what the memory is after a step to what it was before. Adds to that in
  // the parameters, and to that in the input unless `d_input` is empty.
  void Backpropagate(std::span<const double> parameters, std::span<const double> input,
                     const Step& step, const Memory& before, std::span<double> gradient,
                     Memory& d_memory, std::span<double> d_input = {}) const;

 private:
  static constexpr std::size_t kGates = 4;

  // Rows of weights, in parameters and in gradients alike.
  std::size_t InputRow(std::size_t gate) const { return gate * inputs_; }
  std::size_t MemoryRow(std::size_t gate) const { return memory_ + gate * units_; }
  // The gradient in the gates before their sigmoids; d_memory.cell becomes that before the step.
  std::vector<double> GateGradients(const Step& step, const Memory& before, Memory& d_memory) const;

  std::size_t inputs_, units_;
  std::size_t memory_, bias_;  // offsets; the weights of inputs come first
};

}  // namespace lode::networks
