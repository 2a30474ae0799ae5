// A linear layer of a predictor.
#pragma once

#include <cstddef>
#include <vector>

#include "toolkit/files/safetensors.h"
#include "toolkit/kernels/kernels.h"

namespace ofa {

struct DenseLayer {
  // Takes a weight [out, in], whose rows are the layer's outputs, and a bias [out].
  DenseLayer(const lode::files::Tensor& weight, const lode::files::Tensor& given_bias);
  // A layer of zeros.
  DenseLayer(std::size_t in_features, std::size_t out_features);

  // y = x weights + bias, for a batch of rows x of `in`; y gets rows of `out`.
  void Apply(const lode::kernels::KernelSet& kernels, std::size_t batch, const float* x,
             std::vector<float>& y) const;

  std::size_t in, out;               // padded for the kernels
  std::vector<float> weights, bias;  // in x out, out
};

// Replaces negative values by 0.
void Rectify(std::vector<float>& values);

}  // namespace ofa
