// Multilayer perceptrons with hidden layers of ReLU, their gradients and Adam, for optimizers that
// learn a network: the same bits on every machine, without LibTorch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <utility>
#include <vector>

#include "toolkit/kernels/kernels.h"

namespace lode::networks {

using lode::kernels::AdamScales;
using lode::kernels::kLanes;
using lode::kernels::Padded;

enum class Output { kIdentity, kSigmoid };

struct AdamSettings {
  double learning_rate;
  double beta1;
  double beta2;
  double epsilon;
};

// The scales that the adam kernel needs in step 1, 2, ...
AdamScales ScalesAt(const AdamSettings& settings, std::uint64_t step);

// Rows of a batch are padded to Padded(inputs) and Padded(outputs) floats; the padding is zero in
// inputs, meaningless in outputs of a sigmoid, and ignored in gradients.
class Mlp {
 public:
  // `sizes`: of the inputs, of each hidden layer, and of the outputs; at least two, all above 0.
  // All parameters are 0 until they are initialized.
  Mlp(std::vector<std::size_t> sizes, Output output,
      const lode::kernels::KernelSet& kernels = lode::kernels::Best());

  // Layers with parameters: one less than the sizes.
  std::size_t layers() const { return sizes_.size() - 1; }
  std::size_t inputs() const { return sizes_.front(); }
  std::size_t outputs() const { return sizes_.back(); }

  // Draws weights and biases uniform on +-1/sqrt(inputs of the layer), like LibTorch's Linear;
  // those of the output layer are multiplied by `output_scale`.
  void InitializeUniform(lode::Random random, double output_scale);
  // Draws orthogonal weights (orthonormal rows or columns, whichever are fewer), with zero biases;
  // those of the output layer are multiplied by `output_scale`.
  void InitializeOrthogonal(lode::Random random, double output_scale);

  // Maps rows of inputs in a batch to rows of outputs, valid until the next call. `x` must stay
  // valid until Backward.
  std::span<const float> Forward(std::size_t batch, const float* x);

  // From the gradient of a loss in the outputs of the last Forward, computes that in all
  // parameters...
  void BackwardParameters(std::span<const float> d_output);
  // ... or that in the inputs: batch rows of Padded(inputs), valid until the next call.
  std::span<const float> BackwardInputs(std::span<const float> d_output);

  // Takes one step of Adam down the gradient of the last BackwardParameters, with no Forward in
  // between.
  void Step(const AdamSettings& settings);

  // A layer's weights, Padded(in) x Padded(out), and its bias.
  std::span<float> Weights(std::size_t layer);
  std::span<float> Bias(std::size_t layer);
  // Their gradient from the last BackwardParameters, in the same layout; Step does not need it
  // materialized.
  std::vector<float> WeightGradient(std::size_t layer) const { return Gradient(layer).first; }
  std::vector<float> BiasGradient(std::size_t layer) const { return Gradient(layer).second; }
  std::size_t Columns(std::size_t layer) const { return Padded(sizes_[layer + 1]); }
  std::size_t size(std::size_t layer) const { return sizes_[layer]; }

  // All parameters, Adam's moments and its number of steps, with a checksum. A Load that throws
  // (IoError: truncated; InvalidError: another shape, or damaged) leaves the network unusable.
  void Save(lode::Writer& writer) const;
  void Load(lode::Reader& reader);

 private:
  std::size_t WeightCount(std::size_t layer) const {
    return Padded(sizes_[layer]) * Padded(sizes_[layer + 1]);
  }
  std::uint64_t Checksum() const;
  std::pair<std::vector<float>, std::vector<float>> Gradient(std::size_t layer) const;
  const float* LayerInput(std::size_t layer) const {
    return layer == 0 ? x_ : activations_[layer - 1].data();
  }
  void Backpropagate(std::span<const float> d_output, bool inputs);
  void MaskInactive(std::size_t layer);

  std::vector<std::size_t> sizes_;
  Output output_;
  const lode::kernels::KernelSet* kernels_;
  std::vector<std::size_t> offsets_;  // of each layer's weights; its bias follows them
  std::vector<float> parameters_, first_moment_, second_moment_;
  std::uint64_t steps_ = 0;

  std::size_t batch_ = 0;
  const float* x_ = nullptr;
  std::vector<std::vector<float>> activations_;  // outputs of each layer
  std::vector<std::vector<float>> deltas_;  // the loss's gradients in each layer's input, and the
                                            // output
};

}  // namespace lode::networks
