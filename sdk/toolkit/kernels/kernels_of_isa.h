// The kernels, written once and compiled for each instruction set by kernels_*.cc. Includes no
// standard header: an inline function of the library compiled with AVX-512 could be the copy that
// the linker keeps for all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toolkit/kernels/kernels.h"
#include "toolkit/kernels/vector16.h"

namespace lode::kernels {
namespace {

using Size = std::size_t;

// init + sum over k of a(., k) b(k, .): a tile of kRows x kVectors vectors that stays in registers
// until it is passed to finish(sums). a's element (r, k) is at a[r * row_stride + k * k_stride]; b
// has row length ldb; init is one row or null.
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
    for (int j = 0; j < kVectors; ++j) { right[j] = Load(b + k * ldb + j * kLanes); }
    for (int r = 0; r < kRows; ++r) {
      const Vector16 left = Broadcast(a[r * row_stride + k * k_stride]);
      for (int j = 0; j < kVectors; ++j) { sums[r][j] = MultiplyAdd(left, right[j], sums[r][j]); }
    }
  }
  finish(sums);
}

// Calls part<size>(start), with the size known to the compiler. REQUIRES: 1 <= size <= kMost.
template <int kMost, class Part>
inline void ForPart(Size size, Size start, const Part& part) {
  if constexpr (kMost > 1) {
    if (size < kMost) { return ForPart<kMost - 1>(size, start, part); }
  }
  part.template operator()<kMost>(start);
}

// Cuts n into as few and as even parts of at most kMost as possible: a tile of few rows would keep
// few sums in flight.
template <int kMost, class Part>
inline void ForEvenParts(Size n, const Part& part) {
  const Size parts = (n + kMost - 1) / kMost;
  Size start = 0;
  for (Size p = 0; p < parts; ++p) {
    const Size size = n / parts + (p < n % parts ? 1 : 0);
    ForPart<kMost>(size, start, part);
    start += size;
  }
}

// Computes all tiles of a product and calls finish(row, column, sums) for each. A single row takes
// tiles with more columns, for the same number of sums in flight.
template <class Finish>
inline void Product(Size rows, Size depth, Size columns, const float* a, Size row_stride,
                    Size k_stride, const float* b, const float* init, const Finish& finish) {
  const auto tile = [&]<int kRows, int kVectors>(Size row, Size column) {
    ProductTile<kRows, kVectors>(
        depth, a + row * row_stride, row_stride, k_stride, b + column, columns,
        init != nullptr ? init + column : nullptr,
        [&](const Vector16(&sums)[kRows][kVectors]) { finish(row, column, sums); });
  };
  const Size vectors = columns / kLanes;
  if (rows == 1) {
    return ForEvenParts<kRowVectors>(vectors, [&]<int kVectors>(Size vector) {
      tile.template operator()<1, kVectors>(0, vector * kLanes);
    });
  }
  ForEvenParts<kProductRows>(rows, [&]<int kRows>(Size row) {
    ForEvenParts<kProductVectors>(vectors, [&]<int kVectors>(Size vector) {
      tile.template operator()<kRows, kVectors>(row, vector * kLanes);
    });
  });
}

template <int kRows, int kVectors>
inline void StoreTile(const Vector16 (&sums)[kRows][kVectors], float* c, Size ldc) {
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kVectors; ++j) { Store(c + r * ldc + j * kLanes, sums[r][j]); }
  }
}

void Affine(Size batch, Size in, Size out, const float* x, const float* w, const float* bias,
            float* y) {
  Product(batch, in, out, x, in, 1, w, bias, [=](Size row, Size column, const auto& sums) {
    StoreTile(sums, y + row * out + column, out);
  });
}

inline Vector16 SumOfRows(Size batch, Size out, const float* dy) {
  Vector16 sum = Load(dy);
  for (Size b = 1; b < batch; ++b) { sum = Add(sum, Load(dy + b * out)); }
  return sum;
}

void ParameterGradient(Size batch, Size in, Size out, const float* x, const float* dy, float* dw,
                       float* dbias) {
  Product(in, batch, out, x, 1, in, dy, nullptr, [=](Size row, Size column, const auto& sums) {
    StoreTile(sums, dw + row * out + column, out);
  });
  for (Size j = 0; j < out; j += kLanes) { Store(dbias + j, SumOfRows(batch, out, dy + j)); }
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
    for (int j = 0; j < kTileColumns; ++j) { dx[j] = Sum(sums[0][j]); }
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
  for (Size i = 0; i < n; i += kLanes) { AdamStep(vectors, Load(g + i), m + i, v + i, w + i); }
}

// Updates a part of a matrix with row length ld; the rows of its gradient are contiguous.
inline void AdamSteps(const AdamVectors& s, Size rows, Size columns, const float* g, Size ld,
                      float* m, float* v, float* w) {
  for (Size r = 0; r < rows; ++r) {
    for (Size j = 0; j < columns; j += kLanes) {
      AdamStep(s, Load(g + r * columns + j), m + r * ld + j, v + r * ld + j, w + r * ld + j);
    }
  }
}

void Descend(Size batch, Size in, Size out, const float* x, const float* dy,
             const AdamScales& scales, float* m, float* v, float* w) {
  const AdamVectors vectors(scales);
  // Through memory: a step needs the registers that hold the tile's sums.
  alignas(64) float gradient[kLanes * kProductRows * kProductVectors];
  Product(
      in, batch, out, x, 1, in, dy, nullptr,
      [&]<int kRows, int kVectors>(Size row, Size column, const Vector16(&sums)[kRows][kVectors]) {
        StoreTile(sums, gradient, kVectors * kLanes);
        const Size at = row * out + column;
        AdamSteps(vectors, kRows, kVectors * kLanes, gradient, out, m + at, v + at, w + at);
      });
  for (Size j = 0; j < out; j += kLanes) {
    const Size at = in * out + j;
    AdamStep(vectors, SumOfRows(batch, out, dy + j), m + at, v + at, w + at);
  }
}

// t = tanh(x / 8) by Lambert's continued fraction, then tanh(2 a) = 2 t / (1 + t^2) three times.
// tanh(9) differs from 1 by less than half an ulp.
inline Vector16 TanhOf(Vector16 x) {
  const Vector16 one = Broadcast(1);
  const Vector16 y = Multiply(Within(x, Broadcast(9)), Broadcast(0.125f));
  const Vector16 z = Multiply(y, y);
  const Vector16 above = Add(Broadcast(945), Multiply(z, Add(Broadcast(105), z)));
  const Vector16 below =
      Add(Broadcast(945), Multiply(z, Add(Broadcast(420), Multiply(z, Broadcast(15)))));
  Vector16 t = Divide(Multiply(y, above), below);
  for (int doubling = 0; doubling < 3; ++doubling) {
    t = Divide(Add(t, t), Add(one, Multiply(t, t)));
  }
  return t;
}

void Tanh(Size n, float* x) {
  for (Size i = 0; i < n; i += kLanes) { Store(x + i, TanhOf(Load(x + i))); }
}

constexpr KernelSet kKernels = {Affine, ParameterGradient, InputGradient, Adam, Descend, Tanh};

}  // namespace
}  // namespace lode::kernels
