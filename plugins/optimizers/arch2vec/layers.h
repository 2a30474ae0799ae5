// Layers with hand-written gradients. Their parameters are parts of a Weights.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <vector>

#include "plugins/optimizers/arch2vec/weights.h"

namespace arch2vec {

// Rows of `width` floats, a multiple of kLanes.
struct Rows {
  std::size_t count = 0, width = 0;
  std::vector<float> values;

  // Values are unspecified after a change of shape.
  void Resize(std::size_t new_count, std::size_t new_width) {
    count = new_count, width = new_width;
    values.resize(count * width);
  }
  float* row(std::size_t r) { return values.data() + r * width; }
  const float* row(std::size_t r) const { return values.data() + r * width; }
};

// y = x w + b.
class Linear {
 public:
  Linear(Weights& weights, std::size_t inputs, std::size_t outputs);

  // Draws weights and biases uniform on +-1/sqrt(inputs), as PyTorch does.
  void Initialize(Weights& weights, lode::Random random) const;
  void Forward(const Weights& weights, const Rows& x, Rows& y) const;
  // From the gradient dy in the outputs, zero in its padding, computes that in the parameters and,
  // unless dx is null, in the inputs.
  void Backward(Weights& weights, const Rows& x, const Rows& dy, Rows* dx) const;

  std::size_t width() const { return Padded(outputs_); }
  std::size_t weight_offset() const { return offset_; }
  std::size_t bias_offset() const { return offset_ + Padded(inputs_) * width(); }

 private:
  std::size_t inputs_, outputs_, offset_;
};

// Batch normalization (Ioffe and Szegedy, ICML 2015) over all rows, followed by ReLU: with the
// rows' own mean and variance while it is trained, with moving averages afterwards.
class NormalizedRelu {
 public:
  NormalizedRelu(Weights& weights, std::size_t width);

  // Sets scales to 1.
  void Initialize(Weights& weights) const;
  // Replaces x by its normalization before scale and shift, which Backward needs, and writes y.
  void Train(const Weights& weights, Rows& x, Rows& y);
  // Replaces the gradient in y by that in x.
  void Backward(Weights& weights, const Rows& normalized, const Rows& y, Rows& dy) const;
  void Apply(const Weights& weights, const Rows& x, Rows& y) const;

  // The moving averages of means, and of variances.
  std::vector<float>& running() { return running_; }
  const std::vector<float>& running() const { return running_; }

 private:
  static constexpr float kEpsilon = 1e-5f, kMomentum = 0.1f;

  void Average(const std::vector<float>& means, const std::vector<float>& variances,
               std::size_t rows);

  std::size_t width_, scale_, shift_;
  std::vector<float> inverse_deviations_;  // of the last Train
  std::vector<float> running_;
};

}  // namespace arch2vec
