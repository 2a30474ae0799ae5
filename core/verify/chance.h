// Decides whether observed frequencies can be chance.
//
// Every decision of verify that depends on random numbers is one of these two, by Chernoff's bound:
// among n independent draws of probability p, the probability of a share of s, or one farther from
// p than s, is at most exp(-n D(s, p)), where D is the relative entropy. This holds for every n, p
// and distribution of the rest. A sound component with a hundred thousand such decisions is accused
// falsely with a probability below 1e-9, whatever the seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <lode/math.hpp>

namespace lode::verify {

// exp(-36) = 2.3e-16: 1e5 decisions, each two-sided, are wrong with a probability of 5e-11.
inline constexpr double kDoubt = 36;

// Returns n D(hits / draws, p) for n = `draws`.
inline double Surprise(double hits, double draws, double p) {
  const double share = hits / draws;
  const auto part = [](double s, double q) { return s > 0 ? s * lode::math::Log(s / q) : 0; };
  return draws * (part(share, p) + part(1 - share, 1 - p));
}

// Returns whether each of the draws may have had the probability p.
inline bool MayBe(double hits, double draws, double p) {
  return draws == 0 || Surprise(hits, draws, p) < kDoubt;
}

// Returns whether each of the draws may have had at least the probability p.
inline bool MayBeAtLeast(double hits, double draws, double p) {
  return hits >= draws * p || MayBe(hits, draws, p);
}

// Returns the number of draws after which having no hit refutes the probability p.
inline std::uint64_t DrawsToRefute(double p) {
  return static_cast<std::uint64_t>(std::ceil(kDoubt / -lode::math::Log(1 - p))) + 1;
}

}  // namespace lode::verify
