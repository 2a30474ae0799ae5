// The kernels, written once and compiled for each instruction set by kernels_*.cc. No standard
// header here: an inline function of the library compiled with AVX-512 could be the copy that the
// linker keeps for all.
#pragma once

#include "plugins/l2nas/kernels.h"
#include "plugins/l2nas/vector16.h"

namespace l2nas {
namespace {

using Size = std::size_t;

// init + sum over k of a(., k) b(k, .): a tile of kRows x kVectors vectors that stays in registers
// until finish(row, column, vector) has each. a's element (r, k) is at a[r * row_stride + k *
// k_stride]; b has row length ldb; init is one row or null.
template <int kRows, int kVectors, class Finish>
inline void ProductTile(Size depth, const float* a, Size row_stride, Size k_stride, const float* b,
                        Size ldb, const float* init, const Finish& finish) {
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
      finish(r, j * kLanes, sums[r][j]);
    }
  }
}

template <int kRows, class Finish>
inline void ProductRows(Size depth, Size columns, const float* a, Size row_stride, Size k_stride,
                        const float* b, const float* init, const Finish& finish) {
  Size j = 0;
  const auto shifted = [&](Size r, Size column, Vector16 sum) { finish(r, j + column, sum); };
  for (; j + 2 * kLanes <= columns; j += 2 * kLanes) {
    ProductTile<kRows, 2>(depth, a, row_stride, k_stride, b + j, columns,
                          init != nullptr ? init + j : nullptr, shifted);
  }
  for (; j < columns; j += kLanes) {
    ProductTile<kRows, 1>(depth, a, row_stride, k_stride, b + j, columns,
                          init != nullptr ? init + j : nullptr, shifted);
  }
}

template <class Finish>
inline void Product(Size rows, Size depth, Size columns, const float* a, Size row_stride,
                    Size k_stride, const float* b, const float* init, const Finish& finish) {
  Size row = 0;
  const auto shifted = [&](Size r, Size column, Vector16 sum) { finish(row + r, column, sum); };
  for (; row + 4 <= rows; row += 4) {
    ProductRows<4>(depth, columns, a + row * row_stride, row_stride, k_stride, b, init, shifted);
  }
  for (; row < rows; ++row) {
    ProductRows<1>(depth, columns, a + row * row_stride, row_stride, k_stride, b, init, shifted);
  }
}

void Affine(Size batch, Size in, Size out, const float* x, const float* w, const float* bias,
            float* y) {
  Product(batch, in, out, x, in, 1, w, bias,
          [=](Size r, Size j, Vector16 sum) { Store(y + r * out + j, sum); });
}

inline Vector16 SumOfRows(Size batch, Size out, const float* dy) {
  Vector16 sum = Load(dy);
  for (Size b = 1; b < batch; ++b) {
    sum = Add(sum, Load(dy + b * out));
  }
  return sum;
}

void ParameterGradient(Size batch, Size in, Size out, const float* x, const float* dy, float* dw,
                       float* dbias) {
  Product(in, batch, out, x, 1, in, dy, nullptr,
          [=](Size r, Size j, Vector16 sum) { Store(dw + r * out + j, sum); });
  for (Size j = 0; j < out; j += kLanes) {
    Store(dbias + j, SumOfRows(batch, out, dy + j));
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

// AdamScales in every lane.
struct AdamVectors {
  explicit AdamVectors(const AdamScales& s)
      : beta1(Broadcast(s.beta1)),
        rest1(Broadcast(s.one_minus_beta1)),
        beta2(Broadcast(s.beta2)),
        rest2(Broadcast(s.one_minus_beta2)),
        step(Broadcast(-s.step_size)),
        correction(Broadcast(s.inverse_root_correction)),
        epsilon(Broadcast(s.epsilon)) {}
  Vector16 beta1, rest1, beta2, rest2, step, correction, epsilon;
};

inline void AdamStep(const AdamVectors& s, Vector16 gradient, float* m, float* v, float* w) {
  const Vector16 first = MultiplyAdd(s.beta1, Load(m), Multiply(s.rest1, gradient));
  const Vector16 second =
      MultiplyAdd(s.beta2, Load(v), Multiply(Multiply(s.rest2, gradient), gradient));
  const Vector16 scale = MultiplyAdd(SquareRoot(second), s.correction, s.epsilon);
  Store(m, first);
  Store(v, second);
  Store(w, MultiplyAdd(s.step, Divide(first, scale), Load(w)));
}

void Adam(Size n, const AdamScales& scales, const float* g, float* m, float* v, float* w) {
  const AdamVectors vectors(scales);
  for (Size i = 0; i < n; i += kLanes) {
    AdamStep(vectors, Load(g + i), m + i, v + i, w + i);
  }
}

void Descend(Size batch, Size in, Size out, const float* x, const float* dy,
             const AdamScales& scales, float* m, float* v, float* w) {
  const AdamVectors vectors(scales);
  const auto step = [=](Size r, Size j, Vector16 gradient) {
    const Size at = r * out + j;
    AdamStep(vectors, gradient, m + at, v + at, w + at);
  };
  Product(in, batch, out, x, 1, in, dy, nullptr, step);
  for (Size j = 0; j < out; j += kLanes) {
    step(in, j, SumOfRows(batch, out, dy + j));
  }
}

constexpr Kernels kKernels = {Affine, ParameterGradient, InputGradient, Adam, Descend};

}  // namespace
}  // namespace l2nas
