#include "plugins/optimizers/arch2vec/layers.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace arch2vec {

Linear::Linear(Weights& weights, std::size_t inputs, std::size_t outputs)
    : inputs_(inputs),
      outputs_(outputs),
      offset_(weights.Reserve((Padded(inputs) + 1) * Padded(outputs))) {}

void Linear::Initialize(Weights& weights, lode::Random random) const {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs_));
  const auto draw = [&](float* row) {
    std::generate_n(row, outputs_,
                    [&] { return static_cast<float>(random.Uniform(-bound, bound)); });
  };
  for (std::size_t i = 0; i < inputs_; ++i) { draw(weights.value(offset_ + i * width())); }
  draw(weights.value(bias_offset()));
}

void Linear::Forward(const Weights& weights, const Rows& x, Rows& y) const {
  y.Resize(x.count, width());
  lode::kernels::Best().affine(x.count, x.width, y.width, x.values.data(), weights.value(offset_),
                               weights.value(bias_offset()), y.values.data());
}

void Linear::Backward(Weights& weights, const Rows& x, const Rows& dy, Rows* dx) const {
  const auto& kernels = lode::kernels::Best();
  kernels.parameter_gradient(x.count, x.width, dy.width, x.values.data(), dy.values.data(),
                             weights.gradient(offset_), weights.gradient(bias_offset()));
  if (dx == nullptr) { return; }
  dx->Resize(x.count, x.width);
  kernels.input_gradient(x.count, x.width, dy.width, dy.values.data(), weights.value(offset_),
                         dx->values.data());
}

NormalizedRelu::NormalizedRelu(Weights& weights, std::size_t width)
    : width_(width),
      scale_(weights.Reserve(width)),
      shift_(weights.Reserve(width)),
      running_(2 * width) {
  std::ranges::fill(std::span(running_).subspan(width), 1.0f);
}

void NormalizedRelu::Initialize(Weights& weights) const {
  std::fill_n(weights.value(scale_), width_, 1.0f);
}

void NormalizedRelu::Train(const Weights& weights, Rows& x, Rows& y) {
  const auto count = static_cast<float>(x.count);
  std::vector<float> means(width_), variances(width_);
  for (std::size_t r = 0; r < x.count; ++r) {
    const float* row = x.row(r);
    for (std::size_t c = 0; c < width_; ++c) { means[c] += row[c]; }
  }
  for (float& mean : means) { mean /= count; }
  for (std::size_t r = 0; r < x.count; ++r) {
    float* row = x.row(r);
    for (std::size_t c = 0; c < width_; ++c) {
      row[c] -= means[c];
      variances[c] += row[c] * row[c];
    }
  }
  inverse_deviations_.resize(width_);
  for (std::size_t c = 0; c < width_; ++c) {
    variances[c] /= count;
    inverse_deviations_[c] = 1 / std::sqrt(variances[c] + kEpsilon);
  }
  Average(means, variances, x.count);
  y.Resize(x.count, width_);
  const float* scale = weights.value(scale_);
  const float* shift = weights.value(shift_);
  for (std::size_t r = 0; r < x.count; ++r) {
    float* row = x.row(r);
    float* out = y.row(r);
    for (std::size_t c = 0; c < width_; ++c) {
      row[c] *= inverse_deviations_[c];
      const float value = row[c] * scale[c] + shift[c];
      out[c] = value > 0 ? value : 0;
    }
  }
}

// The average of variances is that of unbiased ones, as in PyTorch.
void NormalizedRelu::Average(const std::vector<float>& means, const std::vector<float>& variances,
                             std::size_t rows) {
  const auto n = static_cast<float>(rows);
  const float unbiased = rows > 1 ? n / (n - 1) : 1;
  for (std::size_t c = 0; c < width_; ++c) {
    running_[c] += kMomentum * (means[c] - running_[c]);
    running_[width_ + c] += kMomentum * (variances[c] * unbiased - running_[width_ + c]);
  }
}

// With x' = (x - mean) / deviation: dx = scale / deviation (dy - mean(dy) - x' mean(x' dy)).
void NormalizedRelu::Backward(Weights& weights, const Rows& normalized, const Rows& y,
                              Rows& dy) const {
  const float* scale = weights.value(scale_);
  float* d_scale = weights.gradient(scale_);
  float* d_shift = weights.gradient(shift_);
  std::fill_n(d_scale, width_, 0.0f);
  std::fill_n(d_shift, width_, 0.0f);
  for (std::size_t r = 0; r < y.count; ++r) {
    const float* out = y.row(r);
    const float* x = normalized.row(r);
    float* d = dy.row(r);
    for (std::size_t c = 0; c < width_; ++c) {
      d[c] = out[c] > 0 ? d[c] : 0;
      d_scale[c] += d[c] * x[c];
      d_shift[c] += d[c];
    }
  }
  const float share = 1 / static_cast<float>(y.count);
  for (std::size_t r = 0; r < y.count; ++r) {
    const float* x = normalized.row(r);
    float* d = dy.row(r);
    for (std::size_t c = 0; c < width_; ++c) {
      d[c] = scale[c] * inverse_deviations_[c] *
             (d[c] - share * d_shift[c] - x[c] * (share * d_scale[c]));
    }
  }
}

void NormalizedRelu::Apply(const Weights& weights, const Rows& x, Rows& y) const {
  const float* scale = weights.value(scale_);
  const float* shift = weights.value(shift_);
  std::vector<float> factors(width_);
  for (std::size_t c = 0; c < width_; ++c) {
    factors[c] = scale[c] / std::sqrt(running_[width_ + c] + kEpsilon);
  }
  y.Resize(x.count, width_);
  for (std::size_t r = 0; r < x.count; ++r) {
    const float* row = x.row(r);
    float* out = y.row(r);
    for (std::size_t c = 0; c < width_; ++c) {
      const float value = (row[c] - running_[c]) * factors[c] + shift[c];
      out[c] = value > 0 ? value : 0;
    }
  }
}

}  // namespace arch2vec
