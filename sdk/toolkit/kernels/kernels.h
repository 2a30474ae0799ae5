// The float32 arithmetic of multilayer perceptrons, for the plugins that use one.
//
// Results are the same bits on every x86-64 machine: a vector is always 16 lanes, the code fixes
// each lane's operations and the order of every sum, and every multiply-add is fused. Only the
// number of instructions per vector differs: one with AVX-512, two with AVX2, and without FMA in
// hardware sixteen slow calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace lode::kernels {

// Rows and columns of matrices are padded with zeros to multiples of this.
inline constexpr std::size_t kLanes = 16;

constexpr std::size_t Padded(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// The scales that Adam needs in a step: t counts from 1.
struct AdamScales {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float step_size;                // learning rate / (1 - beta1^t)
  float inverse_root_correction;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

// All matrices are row-major; `in`, `out` and `n` are multiples of kLanes, `batch` is any number of
// rows. No bit of a row's results from affine and input_gradient depends on the batch around it.
// Any thread may call any of them.
struct KernelSet {
  // y = x w + bias: x batch x in, w in x out, bias out, y batch x out. Sums over `in` in ascending
  // order.
  void (*affine)(std::size_t batch, std::size_t in, std::size_t out, const float* x, const float* w,
                 const float* bias, float* y);

  // dw = x^T dy and dbias = column sums of dy: the gradient of affine in its parameters. Sums over
  // the batch in ascending order.
  void (*parameter_gradient)(std::size_t batch, std::size_t in, std::size_t out, const float* x,
                             const float* dy, float* dw, float* dbias);

  // dx = dy w^T: the gradient of affine in its input. Sums over `out` lane by lane, then over the
  // lanes by halves.
  void (*input_gradient)(std::size_t batch, std::size_t in, std::size_t out, const float* dy,
                         const float* w, float* dx);

  // One step of Adam (Kingma and Ba, ICLR 2015) on n parameters with gradient g and moments m, v:
  // w -= step_size m / (sqrt(v) inverse_root_correction + epsilon).
  void (*adam)(std::size_t n, const AdamScales& scales, const float* g, float* m, float* v,
               float* w);

  // parameter_gradient and adam combined, for weights followed by their bias in m, v and w: the
  // same bits as one after the other, but faster, since the gradient stays in registers.
  void (*descend)(std::size_t batch, std::size_t in, std::size_t out, const float* x,
                  const float* dy, const AdamScales& scales, float* m, float* v, float* w);

  // Replaces n values by their hyperbolic tangents, within 3e-7 of the exact ones; NaN stays NaN.
  void (*tanh)(std::size_t n, float* x);
};

struct ChannelsLastSet;  // channels_last.h

// For the machine the program runs on.
const KernelSet& Best();

// All sets that this machine can run, the plain one first: for tests.
struct NamedSet {
  const char* name;
  const KernelSet* kernels;
  const ChannelsLastSet* channels_last;
};
inline constexpr std::size_t kSetCount = 3;
std::size_t Available(NamedSet (&list)[kSetCount]);

}  // namespace lode::kernels
