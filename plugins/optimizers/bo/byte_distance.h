// The L1 distance of bytes, 16 at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace bo {

constexpr std::size_t kLane = 16;

// REQUIRES: size is a multiple of kLane. Integers: the same with and without SSE2.
inline std::size_t DistanceOfBytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
#ifdef __SSE2__
  __m128i sum = _mm_setzero_si128();
  for (std::size_t lane = 0; lane < size; lane += kLane) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + lane));
    const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + lane));
    sum = _mm_add_epi64(sum, _mm_sad_epu8(x, y));
  }
  return static_cast<std::size_t>(_mm_cvtsi128_si64(sum) +
                                  _mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)));
#else
  int sum = 0;
  for (std::size_t i = 0; i < size; ++i) { sum += std::abs(a[i] - b[i]); }
  return static_cast<std::size_t>(sum);
#endif
}

}  // namespace bo
