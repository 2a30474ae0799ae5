#include "core/verify/chance.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <cstdint>

namespace lode::verify {
namespace {

// Returns the exact probability that `draws` draws of probability p have this number of hits, or
// one farther from the mean in the same direction.
double TailOf(double hits, double draws, double p) {
  const boost::math::binomial_distribution<double> binomial(draws, p);
  if (hits <= draws * p) { return cdf(binomial, hits); }
  return hits > 0 ? cdf(complement(binomial, hits - 1)) : 1;
}

// exp(-36), the probability of one false accusation.
constexpr double kFalse = 2.4e-16;

// Calls a function for numbers of draws as the checks use them, and smaller ones; for
// probabilities; and for numbers of hits.
template <class Call>
void ForEachCase(Call&& call) {
  for (const double draws : {1.0, 7.0, 60.0, 500.0, 8000.0}) {
    for (const double p : {0.001, 0.05, 1.0 / 3, 0.5, 0.9}) {
      for (double hits = 0; hits <= draws; hits += draws > 1000 ? 25 : 1) { call(hits, draws, p); }
    }
  }
}

TEST(Chance, NoAccusationIsMoreProbableThanTheLimit) {
  int accusations = 0;
  ForEachCase([&](double hits, double draws, double p) {
    if (MayBe(hits, draws, p)) { return; }
    ++accusations;
    ASSERT_LT(TailOf(hits, draws, p), kFalse) << hits << " of " << draws << ", " << p;
  });
  EXPECT_GT(accusations, 1000);
}

// The bound loses a factor of about the square root of the number of draws, not more.
TEST(Chance, WhatIsFarBelowTheLimitIsAccused) {
  int accusations = 0;
  ForEachCase([&](double hits, double draws, double p) {
    if (TailOf(hits, draws, p) > 1e-19) { return; }
    ++accusations;
    ASSERT_FALSE(MayBe(hits, draws, p)) << hits << " of " << draws << ", " << p;
  });
  EXPECT_GT(accusations, 1000);
}

TEST(Chance, TheSurpriseBoundsTheTail) {
  ForEachCase([](double hits, double draws, double p) {
    const double bound = std::exp(-Surprise(hits, draws, p));
    ASSERT_LE(TailOf(hits, draws, p), bound * (1 + 1e-9)) << hits << " of " << draws << ", " << p;
  });
}

TEST(Chance, TheExpectedShareIsNoSurprise) {
  EXPECT_NEAR(Surprise(250, 1000, 0.25), 0, 1e-12);
  EXPECT_GT(Surprise(251, 1000, 0.25), 0);
  EXPECT_GT(Surprise(249, 1000, 0.25), 0);
}

// With no hit, and with nothing but hits, the probability is known: (1 - p)^n and p^n.
TEST(Chance, AllOrNothingIsExact) {
  EXPECT_NEAR(Surprise(0, 50, 0.25), -50 * std::log(0.75), 1e-9);
  EXPECT_NEAR(Surprise(50, 50, 0.25), -50 * std::log(0.25), 1e-9);
  EXPECT_TRUE(MayBe(51, 51, 0.5));  // 2^-51 > exp(-36) > 2^-52
  EXPECT_FALSE(MayBe(52, 52, 0.5));
}

TEST(Chance, NothingIsKnownWithoutDraws) {
  EXPECT_TRUE(MayBe(0, 0, 0.5));
  EXPECT_TRUE(MayBeAtLeast(0, 0, 0.5));
}

TEST(Chance, AtLeastAccusesOnlyTooFewHits) {
  EXPECT_TRUE(MayBeAtLeast(1000, 1000, 0.05));
  EXPECT_FALSE(MayBe(1000, 1000, 0.05));
  EXPECT_FALSE(MayBeAtLeast(0, 1000, 0.05));  // 0.95^1000 = 5e-23
  EXPECT_TRUE(MayBeAtLeast(0, 700, 0.05));    // 0.95^700 = 2.6e-16
}

TEST(Chance, DrawsToRefuteAreEnoughAndFew) {
  for (const double p : {0.5, 0.05, 0.1 / 399, 1e-6}) {
    const auto draws = static_cast<double>(DrawsToRefute(p));
    EXPECT_FALSE(MayBeAtLeast(0, draws, p)) << p;
    EXPECT_TRUE(MayBeAtLeast(0, draws - 2, p)) << p;
  }
}

}  // namespace
}  // namespace lode::verify
