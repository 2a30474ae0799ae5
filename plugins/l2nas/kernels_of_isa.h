// The kernels, written once and compiled for each instruction set by kernels_*.cc. No standard
// header here: an inline function of the library compiled with AVX-512 could be the copy that the
// linker keeps for all.
#pragma once

#include "plugins/l2nas/kernels.h"
#include "plugins/l2nas/vector16.h"

namespace l2nas {
namespace {

using Size = std::size_t;

// c = init + sum over k of a(., k) b(k, .): a tile of kRows x kVectors vectors that stays in
// registers. a's element (r, k) is at a[r * row_stride + k * k_stride]; b has row length ldb, c row
// length ldc; init is one row or null.
template <int kRows, int kVectors>
inline void ProductTile(Size depth, const float* a, Size row_stride, Size k_stride, const float* b,
                        Size ldb, const float* init, float* c, Size ldc) {
  Vector16 sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kVectors; ++j) {
      sums[r][j] = init != nullptr ? Load(init + j * kLanes) : Broadcast(0);
    }
  }
  for (Size k = 0; k < depth; ++k) {
    Vector16 right[kVectors];
    for (int j = 0; j < kVectors; ++j) {
      right[j] = Load(b + k * ldb + j * kLanes);
    }
    for (int r = 0; r < kRows; ++r) {
      const Vector16 left = Broadcast(a[r * row_stride + k * k_stride]);
      for (int j = 0; j < kVectors; ++j) {
        sums[r][j] = MultiplyAdd(left, right[j], sums[r][j]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kVectors; ++j) {
      Store(c + r * ldc + j * kLanes, sums[r][j]);
    }
  }
}

template <int kRows>
inline void ProductRows(Size depth, Size columns, const float* a, Size row_stride, Size k_stride,
                        const float* b, const float* init, float* c) {
  Size j = 0;
  for (; j + 2 * kLanes <= columns; j += 2 * kLanes) {
    ProductTile<kRows, 2>(depth, a, row_stride, k_stride, b + j, columns,
                          init != nullptr ? init + j : nullptr, c + j, columns);
  }
  for (; j < columns; j += kLanes) {
    ProductTile<kRows, 1>(depth, a, row_stride, k_stride, b + j, columns,
                          init != nullptr ? init + j : nullptr, c + j, columns);
  }
}

inline void Product(Size rows, Size depth, Size columns, const float* a, Size row_stride,
                    Size k_stride, const float* b, const float* init, float* c) {
  Size r = 0;
  for (; r + 4 <= rows; r += 4) {
    ProductRows<4>(depth, columns, a + r * row_stride, row_stride, k_stride, b, init,
                   c + r * columns);
  }
  for (; r < rows; ++r) {
    ProductRows<1>(depth, columns, a + r * row_stride, row_stride, k_stride, b, init,
                   c + r * columns);
  }
}

void Affine(Size batch, Size in, Size out, const float* x, const float* w, const float* bias,
            float* y) {
  Product(batch, in, out, x, in, 1, w, bias, y);
}

void ParameterGradient(Size batch, Size in, Size out, const float* x, const float* dy, float* dw,
                       float* dbias) {
  Product(in, batch, out, x, 1, in, dy, nullptr, dw);
  for (Size j = 0; j < out; j += kLanes) {
    Vector16 sum = Load(dy + j);
    for (Size b = 1; b < batch; ++b) {
      sum = Add(sum, Load(dy + b * out + j));
    }
    Store(dbias + j, sum);
  }
}

// A tile of dx: as many rows of dy with as many rows of w.
template <int kRows>
inline void InputGradientTile(Size in, Size out, const float* dy, const float* w, float* dx) {
  Vector16 sums[kRows][kTileColumns] = {};
  for (Size k = 0; k < out; k += kLanes) {
    for (int j = 0; j < kTileColumns; ++j) {
      const Vector16 right = Load(w + j * out + k);
      for (int r = 0; r < kRows; ++r) {
        sums[r][j] = MultiplyAdd(Load(dy + r * out + k), right, sums[r][j]);
      }
    }
  }
  if constexpr (kRows == kTileRows) {
    StoreSums(sums, dx, in);
  } else {
    for (int j = 0; j < kTileColumns; ++j) {
      dx[j] = Sum(sums[0][j]);
    }
  }
}

void InputGradient(Size batch, Size in, Size out, const float* dy, const float* w, float* dx) {
  Size b = 0;
  for (; b + kTileRows <= batch; b += kTileRows) {
    for (Size i = 0; i < in; i += kTileColumns) {
      InputGradientTile<kTileRows>(in, out, dy + b * out, w + i * out, dx + b * in + i);
    }
  }
  for (; b < batch; ++b) {
    for (Size i = 0; i < in; i += kTileColumns) {
      InputGradientTile<1>(in, out, dy + b * out, w + i * out, dx + b * in + i);
    }
  }
}

void Adam(Size n, const AdamScales& s, const float* g, float* m, float* v, float* w) {
  const Vector16 beta1 = Broadcast(s.beta1);
  const Vector16 rest1 = Broadcast(s.one_minus_beta1);
  const Vector16 beta2 = Broadcast(s.beta2);
  const Vector16 rest2 = Broadcast(s.one_minus_beta2);
  const Vector16 step = Broadcast(-s.step_size);
  const Vector16 correction = Broadcast(s.inverse_root_correction);
  const Vector16 epsilon = Broadcast(s.epsilon);
  for (Size i = 0; i < n; i += kLanes) {
    const Vector16 gradient = Load(g + i);
    const Vector16 first = MultiplyAdd(beta1, Load(m + i), Multiply(rest1, gradient));
    const Vector16 second =
        MultiplyAdd(beta2, Load(v + i), Multiply(Multiply(rest2, gradient), gradient));
    const Vector16 scale = MultiplyAdd(SquareRoot(second), correction, epsilon);
    Store(m + i, first);
    Store(v + i, second);
    Store(w + i, MultiplyAdd(step, Divide(first, scale), Load(w + i)));
  }
}

constexpr Kernels kKernels = {Affine, ParameterGradient, InputGradient, Adam};

}  // namespace
}  // namespace l2nas
