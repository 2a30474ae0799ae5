// What a sound component does by chance so rarely that it is none.
//
// Every decision of verify that rests on random numbers is one of these two, by Chernoff's bound:
// among n independent draws of probability p a share of s or farther from p than s has a probability
// of at most exp(-n D(s, p)), where D is the relative entropy. It holds for every n, p and
// distribution of the rest. A component with a hundred thousand such decisions is accused falsely
// with a probability below 1e-9, whatever the seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <lode/math.hpp>

namespace lode::verify {

// exp(-36) = 2.3e-16: 1e5 decisions, each to both sides, are wrong with a probability of 5e-11.
inline constexpr double kDoubt = 36;

// n D(hits / draws, p).
inline double Surprise(double hits, double draws, double p) {
  const double share = hits / draws;
  const auto part = [](double s, double q) { return s > 0 ? s * lode::math::Log(s / q) : 0; };
  return draws * (part(share, p) + part(1 - share, 1 - p));
}

// Whether each of the draws had the probability p.
inline bool MayBe(double hits, double draws, double p) {
  return draws == 0 || Surprise(hits, draws, p) < kDoubt;
}

// Whether each of the draws may have had at least the probability p.
inline bool MayBeAtLeast(double hits, double draws, double p) {
  return hits >= draws * p || MayBe(hits, draws, p);
}

// Draws after which no hit at all refutes the probability p.
inline std::uint64_t DrawsToRefute(double p) {
  return static_cast<std::uint64_t>(std::ceil(kDoubt / -lode::math::Log(1 - p))) + 1;
}

}  // namespace lode::verify
