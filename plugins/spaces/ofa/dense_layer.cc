#include "plugins/spaces/ofa/dense_layer.h"

#include <algorithm>

namespace ofa {

using lode::kernels::Padded;

DenseLayer::DenseLayer(std::size_t in_features, std::size_t out_features)
    : in(Padded(in_features)), out(Padded(out_features)), weights(in * out), bias(out) {}

DenseLayer::DenseLayer(const lode::files::Tensor& weight, const lode::files::Tensor& given_bias)
    : DenseLayer(weight.shape[1], weight.shape[0]) {
  std::ranges::copy(given_bias.values, bias.begin());
  for (std::size_t i = 0; i < weight.shape[1]; ++i) {
    for (std::size_t o = 0; o < weight.shape[0]; ++o) {
      weights[i * out + o] = weight.values[o * weight.shape[1] + i];
    }
  }
}

void DenseLayer::Apply(const lode::kernels::KernelSet& kernels, std::size_t batch, const float* x,
                       std::vector<float>& y) const {
  y.resize(batch * out);
  kernels.affine(batch, in, out, x, weights.data(), bias.data(), y.data());
}

void Rectify(std::vector<float>& values) {
  std::ranges::transform(values, values.begin(), [](float v) { return v > 0 ? v : 0; });
}

}  // namespace ofa
