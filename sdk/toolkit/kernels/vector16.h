// A vector of 16 floats for whatever instruction set the file is compiled for. Only for
// kernels_*.cc: the file's compiler flags determine these functions, so no other file may ever see
// them (hence the unnamed namespace).
//
// Positive(a) is max(a, 0), with NaN staying NaN, and Within(a, most) is a from -most to most,
// likewise; KeepWherePositive(gate, a) is a where gate > 0,
// and otherwise 0; LoadFirst and StoreFirst access only the first n < 16 lanes, the others being
// zero.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

namespace lode::kernels {
namespace {

#if defined(__AVX512F__)

// The largest tile of a product, in rows and vectors, that of a product of one row, and that of a
// depthwise convolution, in outputs: large enough to keep both multipliers busy, while all sums
// stay in registers.
constexpr int kProductRows = 8;
constexpr int kProductVectors = 3;
constexpr int kRowVectors = 8;
constexpr int kDepthwiseOutputs = 8;

struct Vector16 {
  __m512 v;
};
inline Vector16 Load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline Vector16 Broadcast(float x) { return {_mm512_set1_ps(x)}; }
inline void Store(float* p, Vector16 a) { _mm512_storeu_ps(p, a.v); }
inline Vector16 Add(Vector16 a, Vector16 b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Vector16 Multiply(Vector16 a, Vector16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Vector16 Divide(Vector16 a, Vector16 b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Vector16 SquareRoot(Vector16 a) { return {_mm512_sqrt_ps(a.v)}; }
inline Vector16 MultiplyAdd(Vector16 a, Vector16 b, Vector16 c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
inline Vector16 Subtract(Vector16 a, Vector16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Vector16 Positive(Vector16 a) { return {_mm512_max_ps(_mm512_setzero_ps(), a.v)}; }
inline Vector16 Within(Vector16 a, Vector16 most) {
  const __m512 least = _mm512_sub_ps(_mm512_setzero_ps(), most.v);
  return {_mm512_max_ps(least, _mm512_min_ps(most.v, a.v))};
}
inline Vector16 KeepWherePositive(Vector16 gate, Vector16 a) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(gate.v, _mm512_setzero_ps(), _CMP_GT_OQ), a.v)};
}
inline __mmask16 FirstLanes(std::size_t n) { return static_cast<__mmask16>((1u << n) - 1); }
inline Vector16 LoadFirst(const float* p, std::size_t n) {
  return {_mm512_maskz_loadu_ps(FirstLanes(n), p)};
}
inline void StoreFirst(float* p, Vector16 a, std::size_t n) {
  _mm512_mask_storeu_ps(p, FirstLanes(n), a.v);
}
inline __m256 SumHalves(Vector16 a) {
  const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1));
  return _mm256_add_ps(_mm512_castps512_ps256(a.v), high);
}

#elif defined(__AVX2__)

constexpr int kProductRows = 6;
constexpr int kProductVectors = 1;
constexpr int kRowVectors = 4;
constexpr int kDepthwiseOutputs = 4;

struct Vector16 {
  __m256 low, high;
};
inline Vector16 Load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline Vector16 Broadcast(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
inline void Store(float* p, Vector16 a) {
  _mm256_storeu_ps(p, a.low);
  _mm256_storeu_ps(p + 8, a.high);
}
inline Vector16 Add(Vector16 a, Vector16 b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
inline Vector16 Multiply(Vector16 a, Vector16 b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
inline Vector16 Divide(Vector16 a, Vector16 b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
inline Vector16 SquareRoot(Vector16 a) { return {_mm256_sqrt_ps(a.low), _mm256_sqrt_ps(a.high)}; }
inline Vector16 MultiplyAdd(Vector16 a, Vector16 b, Vector16 c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
inline __m256 SumHalves(Vector16 a) { return _mm256_add_ps(a.low, a.high); }
inline Vector16 Subtract(Vector16 a, Vector16 b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
inline Vector16 Positive(Vector16 a) {
  const __m256 zero = _mm256_setzero_ps();
  return {_mm256_max_ps(zero, a.low), _mm256_max_ps(zero, a.high)};
}
inline __m256 Within(__m256 a, __m256 most) {
  return _mm256_max_ps(_mm256_sub_ps(_mm256_setzero_ps(), most), _mm256_min_ps(most, a));
}
inline Vector16 Within(Vector16 a, Vector16 most) {
  return {Within(a.low, most.low), Within(a.high, most.high)};
}
inline Vector16 KeepWherePositive(Vector16 gate, Vector16 a) {
  const __m256 zero = _mm256_setzero_ps();
  return {_mm256_and_ps(_mm256_cmp_ps(gate.low, zero, _CMP_GT_OQ), a.low),
          _mm256_and_ps(_mm256_cmp_ps(gate.high, zero, _CMP_GT_OQ), a.high)};
}
inline Vector16 LoadFirst(const float* p, std::size_t n) {
  alignas(32) float lanes[16] = {};
  for (std::size_t i = 0; i < n; ++i) { lanes[i] = p[i]; }
  return Load(lanes);
}
inline void StoreFirst(float* p, Vector16 a, std::size_t n) {
  alignas(32) float lanes[16];
  Store(lanes, a);
  for (std::size_t i = 0; i < n; ++i) { p[i] = lanes[i]; }
}

#else

constexpr int kProductRows = 4;
constexpr int kProductVectors = 1;
constexpr int kRowVectors = 1;
constexpr int kDepthwiseOutputs = 1;

struct Vector16 {
  float lane[16];
};
template <class Operation>
inline Vector16 ForLanes(Operation operation) {
  Vector16 out;
  for (int i = 0; i < 16; ++i) { out.lane[i] = operation(i); }
  return out;
}
inline Vector16 Load(const float* p) {
  return ForLanes([&](int i) { return p[i]; });
}
inline Vector16 Broadcast(float x) {
  return ForLanes([&](int) { return x; });
}
inline void Store(float* p, const Vector16& a) {
  for (int i = 0; i < 16; ++i) { p[i] = a.lane[i]; }
}
inline Vector16 Add(const Vector16& a, const Vector16& b) {
  return ForLanes([&](int i) { return a.lane[i] + b.lane[i]; });
}
inline Vector16 Multiply(const Vector16& a, const Vector16& b) {
  return ForLanes([&](int i) { return a.lane[i] * b.lane[i]; });
}
inline Vector16 Divide(const Vector16& a, const Vector16& b) {
  return ForLanes([&](int i) { return a.lane[i] / b.lane[i]; });
}
inline Vector16 SquareRoot(const Vector16& a) {
  return ForLanes([&](int i) { return __builtin_sqrtf(a.lane[i]); });
}
inline Vector16 MultiplyAdd(const Vector16& a, const Vector16& b, const Vector16& c) {
  return ForLanes([&](int i) { return __builtin_fmaf(a.lane[i], b.lane[i], c.lane[i]); });
}
inline Vector16 Subtract(const Vector16& a, const Vector16& b) {
  return ForLanes([&](int i) { return a.lane[i] - b.lane[i]; });
}
inline Vector16 Positive(const Vector16& a) {
  return ForLanes([&](int i) { return a.lane[i] < 0 ? 0 : a.lane[i]; });
}
inline Vector16 Within(const Vector16& a, const Vector16& most) {
  return ForLanes([&](int i) {
    const float x = a.lane[i], bound = most.lane[i];
    return x > bound ? bound : x < -bound ? -bound : x;
  });
}
inline Vector16 KeepWherePositive(const Vector16& gate, const Vector16& a) {
  return ForLanes([&](int i) { return gate.lane[i] > 0 ? a.lane[i] : 0; });
}
inline Vector16 LoadFirst(const float* p, std::size_t n) {
  return ForLanes([&](int i) { return static_cast<std::size_t>(i) < n ? p[i] : 0; });
}
inline void StoreFirst(float* p, const Vector16& a, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) { p[i] = a.lane[i]; }
}

#endif

// The sum of all lanes: l and l + 8 first, then l and l + 4, and so on.
#if defined(__AVX512F__) || defined(__AVX2__)
inline float Sum(Vector16 a) {
  const __m256 eight = SumHalves(a);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
#else
inline float Sum(Vector16 a) {
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) { a.lane[i] += a.lane[i + half]; }
  }
  return a.lane[0];
}
#endif

// StoreSums(a, c, ldc) sets c[r * ldc + j] = Sum(a[r][j]) for a tile of a size that suits the
// instruction set. Many sums at once need fewer instructions than one after another: each step
// below adds the halves of two groups of lanes and puts both results in one vector.
#if defined(__AVX512F__)

constexpr int kTileRows = 4;
constexpr int kTileColumns = 4;

// Lanes 4 r to 4 r + 3 are the result of the first two steps of Sum for a row's vector.
inline __m512 SumQuarters(__m512 row0, __m512 row1, __m512 row2, __m512 row3) {
  const __m512 eight01 =
      _mm512_add_ps(_mm512_shuffle_f32x4(row0, row1, 0x44), _mm512_shuffle_f32x4(row0, row1, 0xee));
  const __m512 eight23 =
      _mm512_add_ps(_mm512_shuffle_f32x4(row2, row3, 0x44), _mm512_shuffle_f32x4(row2, row3, 0xee));
  return _mm512_add_ps(_mm512_shuffle_f32x4(eight01, eight23, 0x88),
                       _mm512_shuffle_f32x4(eight01, eight23, 0xdd));
}

// In each quarter: the third step of Sum on a's four lanes, then on b's.
inline __m512 SumPairs(__m512 a, __m512 b) {
  const __m512d a2 = _mm512_castps_pd(a);
  const __m512d b2 = _mm512_castps_pd(b);
  return _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a2, b2)),
                       _mm512_castpd_ps(_mm512_unpackhi_pd(a2, b2)));
}

inline void StoreSums(const Vector16 (&a)[kTileRows][kTileColumns], float* c, std::size_t ldc) {
  const auto column = [&](int j) {
    return SumQuarters(a[0][j].v, a[1][j].v, a[2][j].v, a[3][j].v);
  };
  const __m512 left = SumPairs(column(0), column(1));
  const __m512 right = SumPairs(column(2), column(3));
  const __m512 sums =
      _mm512_add_ps(_mm512_shuffle_ps(left, right, 0x88), _mm512_shuffle_ps(left, right, 0xdd));
  _mm_storeu_ps(c, _mm512_extractf32x4_ps(sums, 0));
  _mm_storeu_ps(c + ldc, _mm512_extractf32x4_ps(sums, 1));
  _mm_storeu_ps(c + 2 * ldc, _mm512_extractf32x4_ps(sums, 2));
  _mm_storeu_ps(c + 3 * ldc, _mm512_extractf32x4_ps(sums, 3));
}

#elif defined(__AVX2__)

constexpr int kTileRows = 1;
constexpr int kTileColumns = 4;

// The result of the first two steps of Sum for a in the lower half and for b in the upper half.
inline __m256 SumQuarters(Vector16 a, Vector16 b) {
  const __m256 a8 = SumHalves(a);
  const __m256 b8 = SumHalves(b);
  return _mm256_add_ps(_mm256_permute2f128_ps(a8, b8, 0x20), _mm256_permute2f128_ps(a8, b8, 0x31));
}

inline void StoreSums(const Vector16 (&a)[kTileRows][kTileColumns], float* c, std::size_t) {
  const __m256d left = _mm256_castps_pd(SumQuarters(a[0][0], a[0][2]));
  const __m256d right = _mm256_castps_pd(SumQuarters(a[0][1], a[0][3]));
  const __m256 pairs = _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(left, right)),
                                     _mm256_castpd_ps(_mm256_unpackhi_pd(left, right)));
  const __m128 low = _mm256_castps256_ps128(pairs);
  const __m128 high = _mm256_extractf128_ps(pairs, 1);
  _mm_storeu_ps(c, _mm_add_ps(_mm_shuffle_ps(low, high, 0x88), _mm_shuffle_ps(low, high, 0xdd)));
}

#else

constexpr int kTileRows = 1;
constexpr int kTileColumns = 1;

inline void StoreSums(const Vector16 (&a)[kTileRows][kTileColumns], float* c, std::size_t) {
  *c = Sum(a[0][0]);
}

#endif

}  // namespace
}  // namespace lode::kernels
