// lode/math.hpp - elementary functions that give the same bits on every machine. Header-only.
// SPDX-License-Identifier: Apache-2.0
//
// A C library's exp, log, pow and cos differ in the last bit between versions and between
// processors: glibc selects different code where fused multiply-adds are available. A search that
// uses them cannot be reproduced elsewhere. The functions here use only additions, multiplications
// and divisions, which IEEE 754 rounds in exactly one way, in a fixed order. Plugins use them for
// everything that decides what a search does next.
//
// Results differ from the exact ones by less than one unit in the last place. Out-of-range
// arguments give the same results as the C functions, but errors are not reported in errno or
// floating-point exceptions. Requires rounding to nearest and a compiler without -ffast-math. All
// functions are thread-safe.
#ifndef LODE_MATH_HPP_
#define LODE_MATH_HPP_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace lode {
inline namespace v1 {
namespace math {
namespace detail {

// Returns a product that is rounded before it is used in a sum: compilers may fuse the two
// operations where the processor can (GCC does by default), and the result would depend on that.
inline double Rounded(double product) {
#if defined(__x86_64__) && !defined(__FMA__) && !defined(__FMA4__) && !defined(__AVX512F__)
  // The target has no fused instructions.
#elif defined(__x86_64__)
  asm("" : "+x"(product));
#elif defined(__aarch64__)
  asm("" : "+w"(product));
#else
  volatile double stored = product;
  product = stored;
#endif
  return product;
}

// high + low, unevaluated, with |low| at most half a unit in the last place of high: 106 bits.
struct Pair {
  double high, low;
};

// a + b, exactly. REQUIRES: |a| >= |b|, or a = 0.
inline Pair SumOfOrdered(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// a + b, exactly (Knuth).
inline Pair Sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

// The upper 26 bits of a: products of such halves are exact (Veltkamp).
inline double UpperHalf(double a) {
  const double scaled = Rounded(a * 134217729.0);  // 2^27 + 1
  return scaled - (scaled - a);
}

// a * b, exactly (Dekker).
inline Pair Product(double a, double b) {
  const double product = Rounded(a * b);
  const double a1 = UpperHalf(a), b1 = UpperHalf(b);
  const double a2 = a - a1, b2 = b - b1;
  return {product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

inline Pair Product(Pair a, Pair b) {
  const Pair product = Product(a.high, b.high);
  return SumOfOrdered(product.high,
                      product.low + (Rounded(a.high * b.low) + Rounded(a.low * b.high)));
}

// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule separately for even and for odd powers, which a
// processor computes in parallel.
template <std::size_t kCount>
double Polynomial(double x, const double (&c)[kCount]) {
  const double square = Rounded(x * x);
  double even = 0, odd = 0;
  for (std::size_t i = kCount; i-- > 0;) {
    double& sum = i % 2 == 0 ? even : odd;
    sum = c[i] + Rounded(sum * square);
  }
  return even + Rounded(x * odd);
}

// log(2) in two parts: the first has 32 bits, so its products with exponents are exact.
inline constexpr double kLog2High = 0x1.62e42feep-1, kLog2Low = 0x1.a39ef35793c76p-33;

// 2^n. REQUIRES: it is a normal number.
inline double PowerOf2(int n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + n) << 52);
}

// exp(r) - 1 - r for |r| <= log(2) / 2: Taylor's series up to r^14 / 14!.
inline double ExpTail(double r) {
  static constexpr double kCoefficients[] = {
      1.0 / 2,         1.0 / 6,          1.0 / 24,         1.0 / 120,     1.0 / 720,
      1.0 / 5040,      1.0 / 40320,      1.0 / 362880,     1.0 / 3628800, 1.0 / 39916800,
      1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200};
  return Rounded(Rounded(r * r) * Polynomial(r, kCoefficients));
}

// exp(x.high + x.low) as 2^k exp(r).
inline double Exp(Pair x) {
  if (std::isnan(x.high)) { return x.high; }
  if (x.high > 710) { return std::numeric_limits<double>::infinity(); }
  if (x.high < -746) { return 0; }
  constexpr double kToInteger = 0x1.8p52;  // adding and subtracting it rounds
  const double k = (Rounded(x.high * 0x1.71547652b82fep0) + kToInteger) - kToInteger;
  const Pair r = Sum(x.high - Rounded(k * kLog2High), x.low - Rounded(k * kLog2Low));
  const Pair sum = SumOfOrdered(1, r.high);
  const double exp = sum.high + (sum.low + (ExpTail(r.high) + (r.low + Rounded(r.low * r.high))));
  const int exponent = static_cast<int>(k), half = exponent / 2;
  return exp * PowerOf2(half) * PowerOf2(exponent - half);
}

// atanh(s) / s - 1 - s^2 / 3 for s^2 = z <= 0.0295, over z^2: the series up to s^24 / 25.
inline double AtanhTail(double z) {
  static constexpr double kCoefficients[] = {1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                             1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19,
                                             1.0 / 21, 1.0 / 23, 1.0 / 25};
  return Polynomial(z, kCoefficients);
}

// log(m) = 2 atanh((m - 1) / (m + 1)) for m from sqrt(1/2) to sqrt(2).
inline Pair LogNearOne(double m) {
  const double numerator = m - 1, denominator = m + 1;
  const double rest = m - (denominator - 1);  // of the denominator
  const double quotient = numerator / denominator;
  const Pair back = Product(quotient, denominator);
  const double missing = ((numerator - back.high) - back.low) - Rounded(quotient * rest);
  const Pair s = SumOfOrdered(quotient, missing / denominator);
  const Pair z = Product(s, s);
  const Pair third{1.0 / 3, 0x1.5555555555555p-56};
  const Pair head = SumOfOrdered(third.high, Rounded(z.high * AtanhTail(z.high)));
  const Pair tail = Product(Product(z, {head.high, head.low + third.low}), s);
  const Pair sum = SumOfOrdered(s.high, tail.high);
  return {2 * sum.high, 2 * (sum.low + (tail.low + s.low))};
}

// log(x); low is 0 where the result is not finite.
inline Pair Log(double x) {
  if (x == 0) { return {-std::numeric_limits<double>::infinity(), 0}; }
  if (!(x > 0)) { return {std::numeric_limits<double>::quiet_NaN(), 0}; }
  if (std::isinf(x)) { return {x, 0}; }
  const bool subnormal = x < std::numeric_limits<double>::min();
  const auto bits = std::bit_cast<std::uint64_t>(subnormal ? x * 0x1p54 : x);
  // The bits of sqrt(1/2): counted from there, a number has its power of 2 above the mantissa.
  constexpr std::uint64_t kRoot = 0x3fe6a09e667f3bcd;
  const auto exponent = static_cast<std::int64_t>(bits - kRoot) >> 52;
  const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(exponent) << 52));
  const double e = static_cast<double>(exponent) - (subnormal ? 54 : 0);
  const Pair log = LogNearOne(m);
  const Pair sum = Sum(Rounded(e * kLog2High), log.high);
  return SumOfOrdered(sum.high, sum.low + (log.low + Rounded(e * kLog2Low)));
}

// x^y for x >= 0.
inline double PowerOfPositive(double x, double y) {
  const Pair log = Log(x);
  if (std::isinf(log.high) || std::isinf(y)) { return x == 1 ? 1 : Exp({log.high * y, 0}); }
  return Exp(Product(log, {y, 0}));
}

// cos(a) for a = t pi, 0 <= t <= 1/4: Taylor's series up to a^16 / 16!.
inline double CosNearZero(Pair a) {
  static constexpr double kCoefficients[] = {
      1.0 / 24,        -1.0 / 720,         1.0 / 40320,         -1.0 / 3628800,
      1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000};
  const double square = Rounded(a.high * a.high);
  const double tail = Rounded(Rounded(square * square) * Polynomial(square, kCoefficients));
  const Pair sum = SumOfOrdered(1, -square / 2);
  return sum.high + (sum.low + (tail - Rounded(a.high * a.low)));
}

// sin(a) likewise: up to a^17 / 17!.
inline double SinNearZero(Pair a) {
  static constexpr double kCoefficients[] = {
      -1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
      -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  const double square = Rounded(a.high * a.high);
  const double tail = Rounded(Rounded(square * a.high) * Polynomial(square, kCoefficients));
  return a.high + (tail + (a.low - Rounded(square * a.low) / 2));
}

// t pi.
inline Pair TimesPi(double t) {
  return Product({t, 0}, {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53});
}

}  // namespace detail

// e^x.
inline double Exp(double x) { return detail::Exp({x, 0}); }

// The natural logarithm.
inline double Log(double x) { return detail::Log(x).high; }

// The logarithm to base 10.
inline double Log10(double x) {
  const detail::Pair log = detail::Log(x);
  if (!std::isfinite(log.high)) { return log.high; }
  return detail::Product(log, {0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57}).high;
}

// base^exponent, for all arguments for which std::pow is defined.
inline double Pow(double base, double exponent) {
  if (exponent == 0 || base == 1) { return 1; }
  if (std::isnan(base) || std::isnan(exponent)) { return std::numeric_limits<double>::quiet_NaN(); }
  const double power = detail::PowerOfPositive(std::abs(base), exponent);
  if (!std::signbit(base)) { return power; }
  const bool is_integer = std::floor(exponent) == exponent;
  if (!is_integer && base != 0 && std::isfinite(base)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const bool is_odd = is_integer && std::floor(exponent / 2) != exponent / 2;
  return is_odd ? -power : power;
}

// cos(pi x), with x itself reduced: exactly 0 at every half-integer.
inline double CosPi(double x) {
  if (!std::isfinite(x)) { return std::numeric_limits<double>::quiet_NaN(); }
  double t = std::abs(x);
  t -= 2 * std::floor(t / 2);  // from 0 to 2; this and all that follows is exact
  t = t > 1 ? 2 - t : t;
  const double sign = t > 0.5 ? -1 : 1;
  t = t > 0.5 ? 1 - t : t;
  return sign * (t <= 0.25 ? detail::CosNearZero(detail::TimesPi(t))
                           : detail::SinNearZero(detail::TimesPi(0.5 - t)));
}

}  // namespace math
}  // namespace v1
}  // namespace lode

#endif  // LODE_MATH_HPP_
